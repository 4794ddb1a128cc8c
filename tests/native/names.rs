//! Names as they are compared.

use copilotkit_gate::base::fold::fold;
use proptest::prelude::*;

#[test]
fn spellings_of_one_name_are_the_same() {
    for spelling in [
        "userId",
        "user_id",
        "USER-ID",
        "UserID",
        "\u{212A}userId",
        "users\u{212A}",
    ] {
        let ascii = spelling.replace('\u{212A}', "K");
        assert_eq!(fold(spelling), fold(&ascii), "{spelling}");
    }
    assert_eq!(fold("user_id"), "userid");
    assert_eq!(fold("TO\u{212A}EN"), "token");
    assert_eq!(fold("Ärger"), fold("ärger"));
    assert_eq!(fold("ΣΊΣΥΦΟΣ"), fold("σίσυφος"));
}

#[test]
fn a_letter_is_the_same_as_its_small_one() {
    for letter in char::MIN..=char::MAX {
        let small: String = letter.to_lowercase().collect();
        assert_eq!(
            fold(&letter.to_string()),
            fold(&small),
            "{letter} (U+{:04X})",
            u32::from(letter)
        );
    }
}

#[test]
fn names_without_case_are_told_apart() {
    for (one, other) in [
        ("状態", "名前"),
        ("משתמש", "תפקיד"),
        ("المستخدم", "دور"),
        ("ผู้ใช้", "บทบาท"),
    ] {
        assert_ne!(fold(one), fold(other));
    }
    assert_ne!(fold("user"), fold("usér"));
}

proptest! {
    #[test]
    fn names_that_differ_by_case_are_the_same(name in any::<String>()) {
        let small: String = name.chars().flat_map(char::to_lowercase).collect();
        prop_assert_eq!(fold(&name), fold(&small));
    }
}

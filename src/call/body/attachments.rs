//! Parts of a message: which forms they may have, and where their addresses may lead. Some backends fetch an address
//! themselves, from inside their network.

use crate::base::json::Part;
use crate::base::origin_pattern::OriginPattern;

/// The setting `ATTACHMENT_URLS`: where addresses in messages may lead. Without it, nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttachmentUrls {
    origins: Vec<OriginPattern>,
    /// Anywhere.
    is_open: bool,
}

/// The reason why a part of a message is not forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It has an address that is not listed.
    Url,
    /// It has no form that AG-UI knows.
    Part,
}

impl AttachmentUrls {
    /// Takes origins, and patterns over them; `"*"` is anywhere. `None` where one is neither.
    pub fn parse(listed: &[String]) -> Option<Self> {
        let origins = listed.iter().filter(|listed| *listed != "*");
        Some(Self {
            origins: origins
                .map(|origin| OriginPattern::parse(origin))
                .collect::<Option<_>>()?,
            is_open: listed.iter().any(|listed| listed == "*"),
        })
    }

    /// The list: origins, patterns over them, and `*` for anywhere.
    pub fn listed(&self) -> impl Iterator<Item = &str> {
        let origins = self.origins.iter().map(OriginPattern::as_str);
        origins.chain(self.is_open.then_some("*"))
    }

    /// Whether `url` contains its data itself, or begins with an origin that is listed. Compared byte for byte: the backend
    /// that fetches it could read any other spelling in another way.
    pub fn allows(&self, url: &str) -> bool {
        if self.is_open || url.starts_with("data:") {
            return true;
        }
        let is_plain = !url.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\');
        let origin = url.split_once("://").and_then(|(scheme, rest)| {
            let authority = rest.split(['/', '?', '#']).next()?;
            url.get(..scheme.len().saturating_add("://".len()).saturating_add(authority.len()))
        });
        is_plain && origin.is_some_and(|origin| self.origins.iter().any(|listed| listed.matches(origin)))
    }
}

/// Checks one part of a message's content.
#[inline(never)]
pub(super) fn check(part: Part<'_>, urls: &AttachmentUrls) -> Result<(), Unfit> {
    let member = |name: &str| present(part.member(name));
    let kind = member("type").and_then(Part::string).ok_or(Unfit::Part)?;
    let (source, url) = (member("source"), member("url"));
    let url_fits = url.map_or(Ok(()), |url| check_url(url, urls));
    match &*kind {
        "text" if source.is_none() && url.is_none() && member("text").is_some_and(Part::is_string) => Ok(()),
        "image" | "audio" | "video" | "document" => {
            check_source(source.ok_or(Unfit::Part)?, urls)?;
            url_fits
        }
        "binary" if source.is_none() => url_fits,
        _ => Err(Unfit::Part),
    }
}

fn check_source(source: Part<'_>, urls: &AttachmentUrls) -> Result<(), Unfit> {
    let member = |name: &str| present(source.member(name));
    match member("type").and_then(Part::string).as_deref() {
        Some("data") => member("url").map_or(Ok(()), |url| check_url(url, urls)),
        Some("url") => check_url(member("value").ok_or(Unfit::Part)?, urls),
        _ => Err(Unfit::Part),
    }
}

fn check_url(url: Part<'_>, urls: &AttachmentUrls) -> Result<(), Unfit> {
    match url.string() {
        Some(url) if urls.allows(&url) => Ok(()),
        _ => Err(Unfit::Url),
    }
}

/// A member that is there, and not `null`.
fn present(member: Option<Part<'_>>) -> Option<Part<'_>> {
    member.filter(|value| value.as_bytes() != b"null")
}

//! `OriginPattern`: a web origin, or the web origins of all hosts below a domain.

/// A serialised origin (RFC 6454 section 6.2) of any scheme that has a host. One `*` may be the whole first label of the
/// host, above at least two more labels: `https://*.app.pages.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginPattern {
    text: String,
    /// The text before and after the star.
    around_star: Option<(String, String)>,
}

impl OriginPattern {
    /// Reads an origin or a pattern; `None` for anything else: a path, user information, a default port, upper case, another
    /// place for the star.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let (host, port) = split_port(authority)?;
        let is_default = matches!((scheme, port), ("https", Some("443")) | ("http", Some("80")));
        let around_star = match host.strip_prefix("*.") {
            Some(domain) if domain.split('.').count() >= 2 => {
                Some((format!("{scheme}://"), format!(".{}", rest_of(authority))))
            }
            Some(_) => return None,
            None => None,
        };
        let domain = host.strip_prefix("*.").unwrap_or(host);
        (is_scheme(scheme) && is_host(domain) && !is_default).then(|| Self {
            text: text.to_owned(),
            around_star,
        })
    }

    /// Whether `origin` is this origin, or one that the star covers.
    pub fn matches(&self, origin: &str) -> bool {
        match &self.around_star {
            None => self.text == origin,
            Some((before, after)) => {
                let label = origin
                    .strip_prefix(before.as_str())
                    .and_then(|rest| rest.strip_suffix(after.as_str()));
                label.is_some_and(is_label)
            }
        }
    }

    /// Whether it covers more than one origin: any customer of the platform can own a preview's host.
    pub fn has_star(&self) -> bool {
        self.around_star.is_some()
    }

    /// The origin or pattern as the settings have it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The text after the star and its dot.
fn rest_of(authority: &str) -> &str {
    authority.strip_prefix("*.").unwrap_or(authority)
}

/// Host and port of an authority without user information.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.ends_with(']') {
        return Some((authority, None));
    }
    let Some((host, port)) = authority.rsplit_once(':') else {
        return Some((authority, None));
    };
    let is_port = !port.starts_with('0') && port.parse::<u16>().is_ok() && port.bytes().all(|b| b.is_ascii_digit());
    is_port.then_some((host, Some(port)))
}

/// A scheme (RFC 3986 section 3.1) in lower case.
fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b))
}

/// A name in lower case, an IPv4 address, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').unwrap_or_default();
        return address.parse::<std::net::Ipv6Addr>().is_ok() && !address.bytes().any(|b| b.is_ascii_uppercase());
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
    };
    host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

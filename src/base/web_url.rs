//! `WebUrl`: a URL from the settings or a provider that the gate may connect to.

/// An absolute URL without user information and fragment; `https`, or `http` to a loopback host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUrl(String);

/// The reason why a string is not a [`WebUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebUrlFault {
    /// Not `scheme://host[:port][/path]` in plain characters.
    Malformed,
    /// Neither `https` nor `http` to a loopback host.
    Insecure,
}

impl WebUrl {
    /// Parses a URL that is `https`, or `http` to a loopback host.
    pub fn parse(text: &str) -> Result<Self, WebUrlFault> {
        let url = Self::parse_plain(text)?;
        if text.starts_with("https://") || url.is_loopback() {
            Ok(url)
        } else {
            Err(WebUrlFault::Insecure)
        }
    }

    /// Like [`WebUrl::parse`], but with an optional query: some providers tell key sets apart by it.
    pub fn parse_with_query(text: &str) -> Result<Self, WebUrlFault> {
        let (base, query) = text
            .split_once('?')
            .map_or((text, None), |(base, query)| (base, Some(query)));
        let plain = |b: u8| b.is_ascii_graphic() && !b"#\\\"<>".contains(&b);
        if query.is_some_and(|query| !query.bytes().all(plain)) {
            return Err(WebUrlFault::Malformed);
        }
        Self::parse(base).map(|_| Self(text.to_owned()))
    }

    /// Like [`WebUrl::parse`], but allows plain `http` to any host: a service binding uses no network.
    pub fn parse_plain(text: &str) -> Result<Self, WebUrlFault> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let rest = rest.ok_or(WebUrlFault::Malformed)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let plain_path = path
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"?#\\\"<>^`{|}".contains(&b));
        let folds = path.split('/').any(|segment| {
            matches!(
                segment.to_ascii_lowercase().as_str(),
                "." | ".." | "%2e" | "%2e%2e" | ".%2e" | "%2e."
            )
        });
        if is_authority(authority) && plain_path && !folds {
            Ok(Self(text.to_owned()))
        } else {
            Err(WebUrlFault::Malformed)
        }
    }

    /// The URL as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_loopback(&self) -> bool {
        let authority = self.0.split('/').nth(2).unwrap_or_default();
        let host = split_port(authority).0;
        host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_ipv4_loopback(host)
    }
}

/// 127.0.0.0/8, written in full.
fn is_ipv4_loopback(host: &str) -> bool {
    let octet = |part: &str| (part == "0" || !part.starts_with('0')) && part.parse::<u8>().is_ok();
    host.starts_with("127.") && host.split('.').count() == 4 && host.split('.').all(octet)
}

/// Host in plain lower-case characters (or an IPv6 address in brackets), and a port if there is one.
fn is_authority(authority: &str) -> bool {
    let (host, port) = split_port(authority);
    let name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_');
    let host_fits = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => {
            address.contains(':')
                && address
                    .bytes()
                    .all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
        }
        None => !host.is_empty() && host.bytes().all(name),
    };
    host_fits && port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

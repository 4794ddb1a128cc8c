//! A ring goes from one instance of the gate to the next with all its times: nobody can make the gate forget that a refresh has
//! failed, or that one is not due yet.

use super::ring::KeyRing;
use super::set::SetDocument;
use crate::base::clock::Seconds;
use crate::base::saved::{Reader, Saved};
use crate::base::web_url::WebUrl;

impl KeyRing {
    /// Writes its state.
    pub(super) fn save(&self, to: &mut Saved) {
        let held = self.held.as_ref();
        let uri = self.jwks_uri.as_ref();
        let times = [
            held.map(|held| held.fetched),
            self.claimed,
            self.forced,
            self.failed,
            self.copied,
            uri.map(|(_, found)| *found),
        ];
        for time in times {
            to.number(time.map(|time| time.0));
        }
        to.number(held.map(|held| held.fresh_for));
        to.number(i64::try_from(self.failures).ok());
        to.bytes(held.map_or(&[], |held| &held.text));
        to.bytes(uri.map_or("", |(url, _)| url.as_str()).as_bytes());
    }

    /// Takes over the state that was written, at `now`. The set is read again, as strictly as when it came.
    pub(super) fn restore(&mut self, from: &mut Reader<'_>, now: Seconds) {
        let [fetched, claimed, forced, failed, copied, found] = [(); 6].map(|()| from.number().map(Seconds));
        let fresh_for = from.number().unwrap_or_default();
        self.failures = from
            .number()
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or_default();
        let (document, uri) = (from.bytes(), from.bytes());
        if let (Some(fetched), Ok(document)) = (fetched, SetDocument::parse(document)) {
            self.install(document, fetched, fresh_for, now);
        }
        (self.claimed, self.forced, self.failed, self.copied) = (claimed, forced, failed, copied);
        let uri = std::str::from_utf8(uri)
            .ok()
            .and_then(|uri| WebUrl::parse_with_query(uri).ok());
        self.jwks_uri = uri.zip(found);
    }
}

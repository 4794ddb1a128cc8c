//! `Pieces`: JSON that is written from a document that was read. What stays of it is moved inside its own memory: a body may
//! be as long as the memory that is left, and wasm's never shrinks.

use std::rc::Rc;

use crate::base::json::{Json, Part, Place};

/// JSON that is being written.
pub(super) struct Pieces {
    /// The document that most of it comes from.
    source: Rc<Json>,
    parts: Vec<Piece>,
    /// The added bytes of all pieces, one behind the other.
    added: Vec<u8>,
    length: usize,
}

/// A part of the document, and what is added behind it.
#[derive(Default)]
struct Piece {
    /// The position in the document.
    start: usize,
    length: usize,
    /// The position in what is written.
    at: usize,
    added: usize,
}

impl Pieces {
    /// Nothing yet; most will be parts of `source`.
    pub(super) fn new(source: &Rc<Json>) -> Self {
        Self {
            source: Rc::clone(source),
            parts: Vec::new(),
            added: Vec::new(),
            length: 0,
        }
    }

    /// Appends what is at `place` in `json`.
    pub(super) fn keep(&mut self, json: &Rc<Json>, place: Place) {
        self.append(json, json.part(place));
    }

    /// Appends all of `json`, with the space around it.
    pub(super) fn keep_all(&mut self, json: &Rc<Json>) {
        self.append(json, json.whole());
    }

    fn append(&mut self, json: &Rc<Json>, part: Part<'_>) {
        let (start, length) = (part.start(), part.as_bytes().len());
        // Of another document there may be nothing at a place.
        if length == 0 || !Rc::ptr_eq(json, &self.source) {
            return self.add(part.as_bytes());
        }
        let end = self.parts.last().map_or(0, |last| last.start.wrapping_add(last.length));
        if start < end {
            // Out of order: it cannot be moved past the piece before.
            return self.add(part.as_bytes());
        }
        match self.parts.last_mut() {
            Some(last) if start == end && last.added == 0 => last.length = last.length.wrapping_add(length),
            _ => self.parts.push(Piece {
                start,
                length,
                at: self.length,
                added: 0,
            }),
        }
        self.length = self.length.wrapping_add(length);
    }

    /// Appends `text`.
    pub(super) fn add(&mut self, text: &[u8]) {
        if self.parts.is_empty() {
            self.parts.push(Piece::default());
        }
        let Some(last) = self.parts.last_mut() else { return };
        self.length = self.length.wrapping_add(text.len());
        let end = last.start.wrapping_add(last.length);
        let behind = self.source.as_bytes().get(end..).unwrap_or_default();
        // Brackets, colons and commas are there as a rule.
        if last.added == 0 && behind.starts_with(text) {
            last.length = last.length.wrapping_add(text.len());
        } else {
            last.added = last.added.wrapping_add(text.len());
            self.added.extend_from_slice(text);
        }
    }

    /// A copy of all.
    pub(super) fn copied(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.length);
        let (source, mut added) = (self.source.as_bytes(), self.added.as_slice());
        for piece in &self.parts {
            let kept = source.get(piece.start..piece.start.wrapping_add(piece.length));
            bytes.extend_from_slice(kept.unwrap_or_default());
            let (own, rest) = added.split_at_checked(piece.added).unwrap_or_default();
            bytes.extend_from_slice(own);
            added = rest;
        }
        bytes
    }

    /// All, in the memory of the document unless somebody else needs that.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = match Rc::try_unwrap(self.source) {
            Ok(json) => json.into_bytes(),
            Err(source) => return Self { source, ..self }.copied(),
        };
        let length = bytes.len().max(self.length);
        bytes.reserve_exact(length.wrapping_sub(bytes.len()));
        bytes.resize(length, 0);
        // A piece never goes past another one. Those that move to the front make room for those behind them, and those that
        // move to the end for those before.
        for piece in self.parts.iter().filter(|piece| piece.at < piece.start) {
            piece.move_in(&mut bytes);
        }
        for piece in self.parts.iter().rev().filter(|piece| piece.at > piece.start) {
            piece.move_in(&mut bytes);
        }
        let mut added = self.added.as_slice();
        for piece in &self.parts {
            let (own, rest) = added.split_at_checked(piece.added).unwrap_or_default();
            let behind = piece.at.wrapping_add(piece.length);
            if let Some(room) = bytes.get_mut(behind..behind.wrapping_add(own.len())) {
                room.copy_from_slice(own);
            }
            added = rest;
        }
        bytes.truncate(self.length);
        bytes
    }
}

impl Piece {
    fn move_in(&self, bytes: &mut [u8]) {
        bytes.copy_within(self.start..self.start.wrapping_add(self.length), self.at);
    }
}

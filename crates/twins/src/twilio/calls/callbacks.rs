//! What Twilio reports when a call or a leg has gone on: queued in the journal, signed when sent.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use chrono::{DateTime, Utc};
use url::form_urlencoded;

use super::webhook::{self, Form};
use crate::{
    kernel::{Callback, Outgoing, Postman},
    twilio::Twin,
};

/// After so many attempts a callback is given up, about twenty minutes after the first.
const ATTEMPTS: u32 = 60;

/// A callback that is due now. It is kept as it will be sent: what goes by GET has its parameters in the URL and no
/// body.
pub(crate) fn callback(twin: &Twin, id: String, method: &str, url: &str, form: &Form) -> Callback {
    let get = method == "GET";
    let unsigned = webhook::outgoing(twin, if get { &Method::GET } else { &Method::POST }, url, form, &id);
    Callback { id, url: unsigned.url, body: unsigned.body, attempts: 0, due: twin.ambient.wall() }
}

/// Signs callbacks and says when to try again.
pub(crate) struct Reporter(pub(crate) Arc<Twin>);

impl Postman for Reporter {
    fn request(&self, callback: &Callback, _now: DateTime<Utc>) -> Option<Outgoing> {
        if callback.body.is_empty() {
            // The parameters are in the URL already.
            return Some(webhook::outgoing(&self.0, &Method::GET, &callback.url, &Form::new(), &callback.id));
        }
        let form: Form = form_urlencoded::parse(callback.body.as_bytes()).into_owned().collect();
        Some(webhook::outgoing(&self.0, &Method::POST, &callback.url, &form, &callback.id))
    }

    /// The real Twilio tries once more and then never: here a restart of the receiver is waited for, because the
    /// sandbox's calls must not be lost to a killed process.
    fn pause(&self, attempts: u32) -> Option<Duration> {
        let seconds = [0, 1, 1, 2, 2, 5, 5].get(attempts as usize).copied().unwrap_or(20);
        (attempts < ATTEMPTS).then(|| Duration::from_secs(seconds))
    }
}

//! What the twins of the suppliers have in common: a market of services and countries, numbers to hand out, texts to
//! those numbers, and the `POST /sms` of their control APIs. No vendor's protocol is here.

mod catalogue;
mod numbers;
mod order;
mod post;
mod texts;

pub(crate) use catalogue::{AREA_CODES, COUNTRIES, Country, SERVICES, Service, Stock};
pub(crate) use numbers::Range;
pub(crate) use order::{SmsOrder, same_number};
pub(crate) use post::{HasPost, Post, PostChange, Postbox, Scheduled, Texting};
pub(crate) use texts::{code_in, fresh, sender, sure_code_in};

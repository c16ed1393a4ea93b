//! Many statuses in few requests: the list tells all states, and only where something happened the texts are read.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt as _, stream};
use ports::{
    PortError, Supplier as _,
    supplier::{RentalState, RentalStatus, Text},
};
use url::Url;

use super::{TextVerified, map, wire};

/// Pages that are read at most.
const MAX_PAGES: usize = 10;
/// A page of the list costs as much as asking about one alone: the next one is read while this one has told of so many.
const WORTH_A_PAGE: usize = 2;
/// How many allocations are asked about at once.
const POLLS_AT_ONCE: usize = 4;

impl TextVerified {
    pub(super) async fn all_statuses(&self, references: &[String]) -> Vec<Result<RentalStatus, PortError>> {
        if let [reference] = references {
            return vec![self.status(reference).await];
        }
        let wanted: HashSet<&str> = references.iter().map(String::as_str).collect();
        let mut left = wanted.len();
        let is_enough = |page: &[wire::Verification]| {
            let told = page.iter().filter(|verification| wanted.contains(verification.id.as_str())).count();
            left = left.saturating_sub(told);
            left == 0 || told < WORTH_A_PAGE
        };
        let listed = match self.list(is_enough).await {
            Ok(listed) => listed,
            Err(error) => return vec![Err(error); references.len()],
        };
        let ask = |reference: String| {
            let state = listed.get(&reference).map(|verification| map::state(verification.state.as_deref()));
            async move {
                let state = match state {
                    Some(state) => state,
                    None => map::state(self.verification(&reference).await?.state.as_deref()),
                };
                match state {
                    RentalState::Waiting => Ok(map::status(RentalState::Waiting, Vec::new())),
                    state => self.texts(&reference).await.map(|texts| map::status(state, texts)),
                }
            }
        };
        stream::iter(references.to_vec()).map(ask).buffered(POLLS_AT_ONCE).collect().await
    }

    /// Everything on the list by its id, page after page until one was enough.
    pub(super) async fn list(
        &self,
        mut is_enough: impl FnMut(&[wire::Verification]) -> bool,
    ) -> Result<HashMap<String, wire::Verification>, PortError> {
        let mut found = HashMap::new();
        let mut next = Some(self.client.url(&["verifications"]));
        for _ in 0..MAX_PAGES {
            let Some(url) = next else { break };
            let page: wire::Page<wire::Verification> = self.client.read("Verifications.list", url.clone()).await?;
            next = self.after(page.links, &url).filter(|_| !is_enough(&page.data));
            found.extend(page.data.into_iter().map(|verification| (verification.id.clone(), verification)));
        }
        Ok(found)
    }

    /// The texts of one allocation. Asked for by its id, not its number: a number that is used again has older ones.
    pub(super) async fn texts(&self, reference: &str) -> Result<Vec<Text>, PortError> {
        let mut url = self.client.url(&["sms"]);
        url.query_pairs_mut().append_pair("reservationId", reference).append_pair("reservationType", "verification");
        let mut texts = Vec::new();
        let mut next = Some(url);
        for _ in 0..MAX_PAGES {
            let Some(url) = next else { break };
            let page: wire::Page<wire::Sms> = self.client.read("Sms.list", url.clone()).await?;
            texts.extend(page.data);
            next = self.after(page.links, &url);
        }
        Ok(map::texts(texts, &self.client.key))
    }

    /// The next page, if it is at home and not the same again.
    fn after(&self, links: Option<wire::Links>, current: &Url) -> Option<Url> {
        let link = links?.next?;
        self.client.at_home(&link.href).filter(|next| next != current)
    }
}

//! Many statuses in few requests: the list tells all states, and only where something happened the texts are read.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt as _, stream};
use ports::{
    PortError, Supplier as _,
    supplier::{RentalState, RentalStatus, Text},
};
use url::Url;

use super::{TextVerified, map, wire};

/// Pages of the list that are read at most; whoever is not on them is asked about alone.
const MAX_PAGES: usize = 10;
/// How many allocations are asked about at once.
const POLLS_AT_ONCE: usize = 4;

impl TextVerified {
    pub(super) async fn all_statuses(&self, references: &[String]) -> Vec<Result<RentalStatus, PortError>> {
        if let [reference] = references {
            return vec![self.status(reference).await];
        }
        let wanted: HashSet<&str> = references.iter().map(String::as_str).collect();
        let listed = match self.list(|found| wanted.iter().all(|id| found.contains_key(*id))).await {
            Ok(listed) => listed,
            Err(error) => return vec![Err(error); references.len()],
        };
        let ask = |reference: String| {
            let state = listed.get(&reference).map(|verification| map::state(verification.state.as_deref()));
            async move {
                match state {
                    Some(RentalState::Waiting) => Ok(map::status(RentalState::Waiting, Vec::new())),
                    Some(state) => self.texts(&reference).await.map(|texts| map::status(state, texts)),
                    None => self.status(&reference).await,
                }
            }
        };
        stream::iter(references.to_vec()).map(ask).buffered(POLLS_AT_ONCE).collect().await
    }

    /// Everything on the list by its id, page after page until `enough`.
    pub(super) async fn list(
        &self,
        enough: impl Fn(&HashMap<String, wire::Verification>) -> bool,
    ) -> Result<HashMap<String, wire::Verification>, PortError> {
        let mut found = HashMap::new();
        let mut next = Some(self.client.url(&["verifications"]));
        for _ in 0..MAX_PAGES {
            let Some(url) = next else { break };
            let page: wire::Page<wire::Verification> = self.client.read("Verifications.list", url.clone()).await?;
            found.extend(page.data.into_iter().map(|verification| (verification.id.clone(), verification)));
            next = self.after(page.links, &url).filter(|_| !enough(&found));
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

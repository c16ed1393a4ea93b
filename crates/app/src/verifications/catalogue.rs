//! What can be rented, where and for how much, as customers see it; and which services and countries there are at all.

use std::collections::BTreeMap;

use store::DbErr;
use vocab::{CountryCode, Money, PageRequest};

use super::{QuoteFault, Verifications};
use crate::{
    suppliers::{Candidate, Service, rank},
    web::List,
};

/// One line of the price list.
#[derive(Debug, Clone)]
pub struct PriceLine {
    /// The service.
    pub service: Service,
    /// The country.
    pub country: CountryCode,
    /// What a code costs a customer.
    pub price: Money,
    /// How many there are.
    pub stock: i64,
}

/// What suppliers have of a service in a country. At least one has it, perhaps out of stock.
#[derive(Debug, Clone)]
pub(super) struct Offered {
    service: Service,
    country: CountryCode,
    candidates: Vec<Candidate>,
}

impl Offered {
    fn stock(&self) -> i64 {
        self.candidates.iter().map(|candidate| candidate.stock).sum()
    }
}

impl Verifications {
    /// The catalogue as customers see it: what each service costs in each country, and how many there are.
    pub async fn price_list(
        &self,
        service: Option<&str>,
        country: Option<CountryCode>,
    ) -> Result<Vec<PriceLine>, QuoteFault> {
        self.lines(self.offered(service, country).await?).await
    }

    /// A page of the price list. Before a catalogue was read there is none to show.
    pub(super) async fn price_page(
        &self,
        service: Option<&str>,
        country: Option<CountryCode>,
        page: &PageRequest,
    ) -> Result<List<PriceLine>, QuoteFault> {
        // Only what is shown is priced.
        let List { data, pagination } = List::sliced(self.shown(service, country).await?, page);
        Ok(List { data: self.lines(data).await?, pagination })
    }

    /// What is on offer and may be sold, by country and service. An empty list is told from one that nobody has read.
    pub(super) async fn shown(
        &self,
        service: Option<&str>,
        country: Option<CountryCode>,
    ) -> Result<Vec<Offered>, QuoteFault> {
        let offered = self.offered(service, country).await?;
        if offered.is_empty() && self.suppliers.is_reading().await? {
            return Err(QuoteFault::NotYet);
        }
        Ok(offered)
    }

    async fn offered(&self, service: Option<&str>, country: Option<CountryCode>) -> Result<Vec<Offered>, DbErr> {
        self.suppliers.catalogues().await;
        let mut by_key: BTreeMap<(CountryCode, String), Offered> = BTreeMap::new();
        for line in self.suppliers.listed(service, country).await? {
            let (service, country) =
                (Service::of_supplier(&line.service_code, &line.service_name, Some(&line.service_code)), line.country);
            if self.settings.policy.refusal(&service, country).is_none() {
                let offered = by_key.entry((country, line.service_code));
                let offered = offered.or_insert_with(|| Offered { service, country, candidates: Vec::new() });
                offered.candidates.push(line.candidate);
            }
        }
        Ok(by_key.into_values().collect())
    }

    async fn lines(&self, offered: Vec<Offered>) -> Result<Vec<PriceLine>, QuoteFault> {
        let mut lines = Vec::with_capacity(offered.len());
        for offered in offered {
            lines.push(self.line(offered).await?);
        }
        Ok(lines)
    }

    async fn line(&self, offered: Offered) -> Result<PriceLine, QuoteFault> {
        let stock = offered.stock();
        let Offered { service, country, mut candidates } = offered;
        if stock > 0 {
            candidates.retain(|candidate| candidate.stock > 0);
        }
        // Where there is one supplier its record changes nothing.
        if candidates.len() > 1 {
            candidates = self.with_records(&service.code, country, candidates).await?;
            candidates = rank(candidates, None, self.ambient.wall());
        }
        let first = candidates.first().expect("somebody has it, and the one with stock was kept");
        let price = self.price(&service, country, first.cost).await?;
        Ok(PriceLine { service, country, price, stock })
    }

    /// Whether this can be ordered at all: some supplier has it, or had it, and policy allows it.
    pub async fn is_on_sale(&self, service: &Service, country: CountryCode) -> Result<bool, DbErr> {
        Ok(self.is_known(service).await? && self.settings.policy.refusal(service, country).is_none())
    }

    async fn is_known(&self, service: &Service) -> Result<bool, DbErr> {
        // No catalogue lists the suppliers' own services for tests.
        Ok(service.code.starts_with("test_") || self.suppliers.is_known(service).await?)
    }

    /// What is wrong with a service that nobody has or had.
    pub(super) async fn service_fault(&self, service: &Service) -> Result<Option<&'static str>, DbErr> {
        if !Service::is_code(&service.code) {
            return Ok(Some("must be a service's code, such as tg: 1 to 64 letters, digits, dots, dashes"));
        }
        let is_known = self.has_nobody() || self.is_known(service).await?;
        Ok((!is_known).then_some("is a service that no supplier has: GET /verifications/services lists them"))
    }

    /// What is wrong with a country in which nobody sells or sold.
    pub(super) async fn country_fault(&self, country: CountryCode) -> Result<Option<&'static str>, DbErr> {
        let is_known = self.has_nobody() || self.suppliers.is_known_country(country).await?;
        Ok((!is_known).then_some("is a country in which no supplier sells: GET /verifications/countries lists them"))
    }

    /// Where no supplier is connected, none can deny what there is.
    fn has_nobody(&self) -> bool {
        self.suppliers.all().is_empty()
    }
}

/// The services among these, by code, and whether any number can be rented for each.
pub(super) fn services(offered: Vec<Offered>) -> Vec<(Service, bool)> {
    let mut services: BTreeMap<String, (Service, bool)> = BTreeMap::new();
    for offered in offered {
        let has_stock = offered.stock() > 0;
        let (_, in_stock) = services.entry(offered.service.code.clone()).or_insert((offered.service, false));
        *in_stock |= has_stock;
    }
    services.into_values().collect()
}

/// The countries among these, by code, and whether any number can be rented in each.
pub(super) fn countries(offered: &[Offered]) -> Vec<(CountryCode, bool)> {
    let mut countries: BTreeMap<CountryCode, bool> = BTreeMap::new();
    for offered in offered {
        *countries.entry(offered.country).or_insert(false) |= offered.stock() > 0;
    }
    countries.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use vocab::Currency;

    use super::*;
    use crate::suppliers::{Health, Record};

    fn offered(service: &str, country: &str, stock: &[i64]) -> Offered {
        let candidate = |stock: &i64| Candidate {
            supplier: "FIRST".into(),
            vendor_service: "1".into(),
            vendor_country: "5".into(),
            cost: Money::new("0.50".parse().expect("an amount"), Currency::USD),
            health: Health::Healthy,
            priority: 0,
            stock: *stock,
            refused_at: None,
            record: Record::default(),
        };
        let candidates = stock.iter().map(candidate).collect();
        Offered { service: Service::named(service), country: country.parse().expect("a country"), candidates }
    }

    #[test]
    fn each_is_listed_once_and_in_stock_where_anybody_has_some() {
        let all = vec![
            offered("wa", "DE", &[0]),
            offered("tg", "GB", &[0, 0]),
            offered("tg", "US", &[0, 3]),
            offered("vi", "US", &[0]),
        ];
        let countries: Vec<_> = countries(&all).into_iter().map(|(code, stock)| (code.to_string(), stock)).collect();
        assert_eq!(countries, [("DE".into(), false), ("GB".into(), false), ("US".into(), true)]);
        let services: Vec<_> = services(all).into_iter().map(|(service, stock)| (service.name, stock)).collect();
        assert_eq!(services, [("Telegram".into(), true), ("Viber".into(), false), ("WhatsApp".into(), false)]);
    }
}

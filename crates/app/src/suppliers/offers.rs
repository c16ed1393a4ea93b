//! Who can be asked for what, and what the catalogues say of it.

use chrono::{DateTime, Utc};
use store::{DbErr, Tx};
use vocab::CountryCode;

use super::{
    Suppliers,
    model::{Candidate, Health, Listed, Record},
    sql,
    words::{Category, Country, Service},
};

/// A supplier refuses to sell what its catalogue offers; the others are asked before it for a while.
pub async fn note_refusal(
    tx: &Tx,
    supplier: &str,
    service: &str,
    country: CountryCode,
    wall: DateTime<Utc>,
) -> Result<(), DbErr> {
    sql::catalogue::refused(tx, supplier, service, country, wall).await
}

impl Suppliers {
    /// Who can be asked for this, in no order and without records.
    pub async fn candidates(&self, service: &Service, country: CountryCode) -> Result<Vec<Candidate>, DbErr> {
        let mut candidates = sql::catalogue::candidates(self.store.fresh(), &service.code, country).await?;
        if candidates.is_empty() && service.category == Category::Unclassified {
            candidates = self.unlisted(service, country).await?;
        }
        candidates.retain(|candidate| self.connected(&candidate.supplier).is_some());
        Ok(candidates)
    }

    /// Services that a supplier sells and does not list, such as its own for tests.
    async fn unlisted(&self, service: &Service, country: CountryCode) -> Result<Vec<Candidate>, DbErr> {
        let mut found = Vec::new();
        for row in sql::suppliers::list(self.store.reader()).await? {
            let health = row.health()?;
            let Some(supplier) = self.supplier(&row.name).filter(|supplier| supplier.card().quotes_singly) else {
                continue;
            };
            if !row.is_enabled || health == Health::Down {
                continue;
            }
            let known = sql::catalogue::vendor_country(self.store.reader(), &row.name, country).await?;
            let Some(vendor_country) = known else { continue };
            match supplier.quote(&service.code, &vendor_country).await {
                Ok(Some(offer)) if offer.count > 0 && Self::sells_in(offer.cost) => found.push(Candidate {
                    supplier: row.name,
                    vendor_service: offer.service,
                    vendor_country: offer.country,
                    cost: offer.cost,
                    health,
                    priority: row.priority,
                    stock: offer.count.into(),
                    refused_at: None,
                    record: Record::default(),
                }),
                Ok(_) => {}
                Err(error) => tracing::debug!(supplier = row.name, %error, "no price for a service that is not listed"),
            }
        }
        Ok(found)
    }

    /// What the connected suppliers' catalogues have of a service or country, out of stock too.
    pub async fn listed(&self, service: Option<&str>, country: Option<CountryCode>) -> Result<Vec<Listed>, DbErr> {
        let mut listed = sql::catalogue::list(self.store.reader(), service, country).await?;
        listed.retain(|line| self.connected(&line.candidate.supplier).is_some());
        Ok(listed)
    }

    /// Whether any supplier has this service, or had it; before every catalogue was read nobody can deny it.
    pub async fn is_known(&self, service: &Service) -> Result<bool, DbErr> {
        self.catalogues().await;
        Ok(sql::catalogue::is_known(self.store.reader(), &service.code).await? || self.is_reading().await?)
    }

    /// Whether the market has a number for this country, or any supplier sells there, or did; before every catalogue
    /// was read nobody can deny it.
    pub async fn is_known_country(&self, country: CountryCode) -> Result<bool, DbErr> {
        if Country::coded(country).is_some() {
            return Ok(true);
        }
        self.catalogues().await;
        let is_known = sql::catalogue::is_known_country(self.store.reader(), country).await?;
        Ok(is_known || self.is_reading().await?)
    }
}

//! `numbers`: an account's numbers as a list, and what they sum to.

use chrono::{DateTime, Utc};
use store::{Bound, Columns, ConnectionTrait, DbErr, Dialect, Value, placeholders};
use vocab::{
    Amount, Cursor, PageRequest,
    id::{AccountId, NumberId},
    telephony::NumberType,
};

use crate::{
    numbers::{
        NumberStatus,
        view::{NumberUsage, UserNumber},
    },
    web::Timestamp,
};

/// What a list of numbers is narrowed to.
#[derive(Debug, Clone, Default)]
pub(in crate::numbers) struct Filter {
    /// In one of these; all but RELEASED if nothing is said.
    pub statuses: Vec<NumberStatus>,
    pub number_types: Vec<NumberType>,
    /// Part of the number or of its name.
    pub search: Option<String>,
    /// All of these.
    pub tags: Vec<String>,
}

impl Filter {
    /// Whether it leaves out any that an account has now.
    pub(in crate::numbers) fn narrows(&self) -> bool {
        !(self.statuses.is_empty() && self.number_types.is_empty() && self.search.is_none() && self.tags.is_empty())
    }
}

/// By which column a list runs, and whether upwards.
#[derive(Debug, Clone, Copy)]
pub(in crate::numbers) struct Sort {
    pub column: &'static str,
    pub ascending: bool,
}

struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    fn new(dialect: Dialect, account: AccountId, filter: &Filter) -> Self {
        let mut all = Self { text: "account_id = $1".into(), values: vec![account.uuid().into()] };
        if filter.statuses.is_empty() {
            all.text += " AND status <> 'RELEASED'";
        } else {
            all.one_of("status", filter.statuses.iter().map(|status| status.as_str()));
        }
        if !filter.number_types.is_empty() {
            all.one_of("number_type", filter.number_types.iter().map(|number_type| number_type.as_str()));
        }
        if let Some(part) = &filter.search {
            let place = all.bind(pattern(part).into());
            let like = dialect.ilike();
            let digits =
                punctuated_digits(part).map_or_else(|| place.clone(), |digits| all.bind(pattern(&digits).into()));
            all.text +=
                &format!(" AND (phone_number LIKE {digits} ESCAPE '\\' OR friendly_name {like} {place} ESCAPE '\\')");
        }
        for wanted in &filter.tags {
            let whole = all.tagged(dialect, wanted);
            let parts: Vec<&str> = wanted.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
            let each: Vec<String> = parts.iter().map(|part| all.tagged(dialect, part)).collect();
            // A comma divides labels, or belongs to one.
            all.text += &match each[..] {
                [] => format!(" AND {whole}"),
                _ => format!(" AND ({whole} OR ({}))", each.join(" AND ")),
            };
        }
        all
    }

    /// Binds a label; the condition that a number has it.
    fn tagged(&mut self, dialect: Dialect, tag: &str) -> String {
        let place = self.bind(tag.into());
        dialect.array_contains("tags", &place)
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn one_of(&mut self, column: &str, words: impl ExactSizeIterator<Item = &'static str>) {
        let list = placeholders(self.values.len() + 1, words.len());
        self.text += &format!(" AND {column} IN ({list})");
        self.values.extend(words.map(Value::from));
    }
}

/// The digits of a part of a number that is written as people write it, with blanks, dashes, dots, slashes and
/// brackets; a leading + stays, and 00 is one. A 0 in front is dialled at home only. None where it is other text, or digits
/// that stand so in a number.
fn punctuated_digits(part: &str) -> Option<String> {
    let is_punctuation =
        |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}');
    let written = part.trim();
    let written = written.strip_prefix("tel:").unwrap_or(written);
    let written = written.replace("(0)", if written.starts_with('+') { "" } else { "0" });
    let mut digits: String = written.chars().filter(|c| !is_punctuation(*c)).collect();
    match digits.strip_prefix("00").map(|rest| format!("+{rest}")) {
        Some(abroad) if abroad.len() > SHORTEST => digits = abroad,
        _ if digits.len() > SHORTEST && digits.starts_with('0') => drop(digits.remove(0)),
        _ => {}
    }
    let is_number = digits.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = digits.bytes().any(|byte| byte.is_ascii_digit());
    (is_number && has_digits && digits != part).then_some(digits)
}

/// A 0 before fewer digits than these is one of them.
const SHORTEST: usize = 3;

/// A `LIKE` pattern for text that contains `part`.
fn pattern(part: &str) -> String {
    let mut pattern = String::from("%");
    for c in part.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A page of an account's numbers with what all of them sum to.
pub(in crate::numbers) struct Page {
    /// The page's numbers, and one more if there is one.
    pub numbers: Vec<UserNumber>,
    /// How many the filter leaves, counted no further than was asked.
    pub total: Option<u64>,
    pub totals: Totals,
}

/// An account's numbers in figures, without those it has released.
#[derive(Debug, Clone, Copy)]
pub(in crate::numbers) struct Totals {
    pub numbers: i64,
    pub active: i64,
    /// What those that are not on their way back cost a month.
    pub monthly: Amount,
}

const TOTALS: &str = "SELECT COUNT(*) AS numbers, \
                      CAST(COALESCE(SUM(CASE WHEN status = 'ACTIVE' THEN 1 ELSE 0 END), 0) AS bigint) AS active, \
                      CAST(COALESCE(SUM(CASE WHEN status <> 'RELEASING' THEN monthly_price ELSE 0 END), 0) AS bigint) \
                      AS monthly FROM numbers WHERE account_id = $1 AND status <> 'RELEASED'";

/// A page of an account's numbers; how many there are is counted to `most` where the list has pages.
pub(in crate::numbers) async fn page(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    sort: Sort,
    page: &PageRequest,
    most: u64,
) -> Result<Page, DbErr> {
    let mut all_of = Conditions::new(Dialect::of(db), account, filter);
    let (sums, of_sums) = sums(&all_of, filter, page, most);
    let direction = if sort.ascending { "ASC" } else { "DESC" };
    // Only where there are any: an order that says NULLS LAST is not the index's.
    let nulls = if sort.column == "last_used_at" { " NULLS LAST" } else { "" };
    let mut order = format!("{} {direction}{nulls}, id {direction}", sort.column);
    if let PageRequest::After { cursor: Cursor { at, id }, .. } = page {
        let (at, id) = (all_of.bind((*at).into()), all_of.bind((*id).into()));
        all_of.text += &format!(" AND (created_at, id) < ({at}, {id})");
        order = "created_at DESC, id DESC".into();
    }
    // As text: with a parameter the planner would have to guess how many.
    let limit = page.limit() + 1;
    let offset = match page.offset() {
        0 => String::new(),
        skipped => format!(" OFFSET {}", all_of.bind(i64::try_from(skipped).unwrap_or(i64::MAX).into())),
    };
    let sql = format!(
        "SELECT {SHOWN}, sums.* FROM numbers CROSS JOIN ({sums}) AS sums WHERE {} ORDER BY {order} LIMIT {limit}{offset}",
        all_of.text
    );
    let mut known = None;
    let read = |row: &mut Columns<'_>| {
        let number = shown(row)?;
        // The same beside each.
        if known.is_none() {
            known = Some(beside(row)?);
        }
        Ok(number)
    };
    let numbers = Bound::new(sql, all_of.values).rows(db, read).await?;
    let known = match known {
        Some(known) => Some(known),
        // A page without rows says nothing beside them.
        None => Bound::new(sums, of_sums).row(db, beside).await?,
    };
    let (total, totals) = known.ok_or_else(|| DbErr::RecordNotFound("totals".into()))?;
    Ok(Page { numbers, total: total.and_then(|total| u64::try_from(total).ok()), totals })
}

/// What is shown of a number.
const SHOWN: &str = "id, phone_number, friendly_name, country_code, region, locality, area_code, number_type, \
    capabilities, status, monthly_price, setup_price, currency, tags, notes, total_calls, last_used_at, purchased_at, \
    created_at, updated_at";

/// A number from its [`SHOWN`] columns, without what its calls of this month sum to.
fn shown(row: &mut Columns<'_>) -> Result<UserNumber, DbErr> {
    Ok(UserNumber {
        id: NumberId::from_uuid(row.take()?),
        phone_number: row.word()?,
        friendly_name: row.take()?,
        country_code: row.word()?,
        region: row.take()?,
        locality: row.take()?,
        area_code: row.take()?,
        number_type: row.word()?,
        capabilities: row.json()?,
        status: row.word()?,
        voice_url: None,
        voice_method: None,
        sms_url: None,
        status_callback: None,
        monthly_price: Amount::from_micros(row.take()?),
        setup_price: Some(Amount::from_micros(row.take()?)),
        currency: row.word()?,
        tags: row.json()?,
        notes: row.take()?,
        usage: NumberUsage {
            total_calls: row.take()?,
            total_sms: 0,
            monthly_minutes: 0,
            monthly_sms: 0,
            last_used_at: row.take::<Option<DateTime<Utc>>>()?.map(Timestamp::from),
        },
        purchased_at: Timestamp(row.take()?),
        created_at: Timestamp(row.take()?),
        updated_at: Timestamp(row.take()?),
    })
}

/// What all of an account's numbers sum to, with how many the filter leaves; and what it binds when it stands alone.
fn sums(all_of: &Conditions, filter: &Filter, page: &PageRequest, most: u64) -> (String, Vec<Value>) {
    let account = || all_of.values[..1].to_vec();
    let (total, binds) = match page {
        PageRequest::After { .. } => ("CAST(NULL AS bigint)".to_owned(), account()),
        // They are counted already.
        PageRequest::Page { .. } if !filter.narrows() => {
            (format!("CASE WHEN numbers > {most} THEN {most} ELSE numbers END"), account())
        }
        PageRequest::Page { .. } => {
            let counted = format!("SELECT 1 FROM numbers WHERE {} LIMIT {most}", all_of.text);
            (format!("(SELECT COUNT(*) FROM ({counted}) AS counted)"), all_of.values.clone())
        }
    };
    (format!("SELECT {total} AS total, totals.* FROM ({TOTALS}) AS totals"), binds)
}

/// What stands beside each row, so that the list is one statement.
fn beside(row: &mut Columns<'_>) -> Result<(Option<i64>, Totals), DbErr> {
    let total = row.take()?;
    let totals = Totals { numbers: row.take()?, active: row.take()?, monthly: Amount::from_micros(row.take()?) };
    Ok((total, totals))
}

#[cfg(test)]
mod tests {
    use super::punctuated_digits;

    #[test]
    fn numbers_are_found_as_people_write_them() {
        for (written, digits) in [
            ("876-6718", Some("8766718")),
            ("+1 (415) 876.6718", Some("+14158766718")),
            ("020 8616 3917", Some("2086163917")),
            ("(020) 8616 3917", Some("2086163917")),
            ("02086163917", Some("2086163917")),
            ("+44 (0)20 8616 3917", Some("+442086163917")),
            ("0016469440075", Some("+16469440075")),
            ("tel:+16469440075", Some("+16469440075")),
            (" 4158766718 ", Some("4158766718")),
            ("4158766718", None),
            ("+1415", None),
            ("007", None),
            ("0", None),
            ("support", None),
            ("-", None),
        ] {
            assert_eq!(punctuated_digits(written).as_deref(), digits, "{written}");
        }
    }
}

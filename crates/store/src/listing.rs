//! A page of a list, newest first, and how many rows the list has: one statement.

use sea_orm::{ConnectionTrait, DbErr, Value};
use vocab::{PageRequest, page::MAX_TOTAL};

use crate::{Bound, Columns, query::placeholders};

/// What a list is narrowed to: a condition and what it binds, grown together.
#[derive(Debug, Clone)]
pub struct Narrowed {
    text: String,
    values: Vec<Value>,
}

impl Narrowed {
    /// To the rows of which this holds, with `$1`, `$2`, … for the values.
    pub fn to(condition: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { text: condition.into(), values: values.into_iter().collect() }
    }

    /// The placeholder of one more value.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The placeholders of more values, for an `IN` list.
    pub fn bind_all<V: Into<Value>>(&mut self, values: impl ExactSizeIterator<Item = V>) -> String {
        let list = placeholders(self.values.len() + 1, values.len());
        self.values.extend(values.map(Into::into));
        list
    }

    /// To those of them of which this holds too.
    pub fn and(&mut self, condition: &str) {
        self.text += " AND ";
        self.text += condition;
    }

    /// To those of them whose column holds this, if something is wanted.
    pub fn and_is<V: Into<Value>>(&mut self, column: &str, wanted: Option<V>) {
        if let Some(wanted) = wanted {
            let wanted = self.bind(wanted);
            self.and(&format!("{column} = {wanted}"));
        }
    }

    /// To those of them that are from this time on and before that, as far as either is given.
    pub fn and_between<V: Into<Value>>(&mut self, column: &str, from: Option<V>, before: Option<V>) {
        for (operator, bound) in [(">=", from), ("<", before)] {
            if let Some(bound) = bound {
                let bound = self.bind(bound);
                self.and(&format!("{column} {operator} {bound}"));
            }
        }
    }

    /// To those of them whose column holds one of these, if there are any.
    pub fn and_one_of<V: Into<Value>>(&mut self, column: &str, wanted: impl ExactSizeIterator<Item = V>) {
        if wanted.len() > 0 {
            let list = self.bind_all(wanted);
            self.and(&format!("{column} IN ({list})"));
        }
    }
}

/// A list as the database has it.
#[derive(Debug)]
pub struct Listing<'a> {
    /// What is read of each row.
    pub columns: &'a str,
    /// The table, with what is joined to it. Joining must neither add rows nor take any away.
    pub from: &'a str,
    /// When a row was made, and its id: what the list is ordered by. An index must lead that way.
    pub newest: (&'a str, &'a str),
    /// Which rows.
    pub narrowed: Narrowed,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The page's rows, and one more if there is one.
    pub rows: Vec<T>,
    /// How many rows the list has, counted to one past [`MAX_TOTAL`]; none where it continues after a cursor.
    pub total: Option<u64>,
}

impl Listing<'_> {
    /// A page, each row read by `read`.
    pub async fn page<T>(
        self,
        db: &impl ConnectionTrait,
        page: &PageRequest,
        mut read: impl FnMut(&mut Columns<'_>) -> Result<T, DbErr>,
    ) -> Result<Listed<T>, DbErr> {
        let Self { columns, from, newest: (at, id), mut narrowed } = self;
        let counting = match page {
            PageRequest::Page { .. } => format!(
                "(SELECT COUNT(*) FROM (SELECT 1 FROM {from} WHERE {} LIMIT {}) AS known)",
                narrowed.text,
                MAX_TOTAL + 1
            ),
            PageRequest::After { .. } => "CAST(NULL AS bigint)".to_owned(),
        };
        let alone = narrowed.values.clone();
        if let PageRequest::After { cursor, .. } = page {
            let (last_at, last_id) = (narrowed.bind(cursor.at), narrowed.bind(cursor.id));
            narrowed.and(&format!("({at}, {id}) < ({last_at}, {last_id})"));
        }
        // As text: with a parameter the planner would have to guess how many.
        let mut limit = (page.limit() + 1).to_string();
        if page.offset() > 0 {
            let offset = narrowed.bind(i64::try_from(page.offset()).unwrap_or(i64::MAX));
            limit += &format!(" OFFSET {offset}");
        }
        let sql = format!(
            "SELECT {counting} AS counted, {columns} FROM {from} WHERE {} ORDER BY {at} DESC, {id} DESC LIMIT {limit}",
            narrowed.text
        );
        let mut total: Option<i64> = None;
        let each = |row: &mut Columns<'_>| {
            total = row.take()?;
            read(row)
        };
        let rows = Bound::new(sql, narrowed.values).rows(db, each).await?;
        if rows.is_empty() && matches!(page, PageRequest::Page { .. }) {
            // A page without rows says nothing beside them; the first one is that of an empty list.
            total = match page.offset() {
                0 => Some(0),
                _ => Bound::new(format!("SELECT {counting}"), alone).row(db, |row| row.take()).await?,
            };
        }
        Ok(Listed { rows, total: total.and_then(|total| u64::try_from(total).ok()) })
    }
}

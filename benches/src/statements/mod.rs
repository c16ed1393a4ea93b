//! The statements that the product runs, as pgbench runs them in its place.
//!
//! Each says where in the product it comes from. `record` compares these lists with what the product sends
//! to the database, so a list that has become old is told.

pub(crate) mod background;
pub(crate) mod ledger;
pub(crate) mod list;
pub(crate) mod purchase;
pub(crate) mod session;
pub(crate) mod voice;

/// A line of a script.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Line {
    /// Sets a variable of the script, as in `n :n + 1`.
    Set(&'static str),
    /// Sent as it stands, without parameters.
    Plain(&'static str),
    /// A prepared statement.
    Run(Statement),
}

/// A prepared statement of the product's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement {
    /// The file and function of `crates/app/src` that runs it.
    pub(crate) source: &'static str,
    /// Its text, to the letter.
    pub(crate) sql: &'static str,
    /// What stands for `$1`, `$2`, …
    pub(crate) values: &'static [&'static str],
    /// Whether later statements use the columns of its row as variables.
    pub(crate) kept: bool,
}

/// A statement whose answer nothing else needs.
pub(crate) const fn run(source: &'static str, sql: &'static str, values: &'static [&'static str]) -> Line {
    Line::Run(Statement { source, sql, values, kept: false })
}

/// A statement whose row's columns become variables.
pub(crate) const fn keep(source: &'static str, sql: &'static str, values: &'static [&'static str]) -> Line {
    Line::Run(Statement { source, sql, values, kept: true })
}

/// Numbers transactions: `:n` is one that no other transaction of this client or another has. It grows, as the
/// time in the product's ids does, so that new rows come at the end of an index in both.
pub(crate) const NUMBER: &[Line] = &[Line::Set("i :i + 1"), Line::Set("n :base + :i * :clients + :client_id")];

/// The text of a pgbench script.
pub(crate) fn script(lines: &[&[Line]]) -> String {
    let mut out = String::new();
    for line in lines.iter().copied().flatten() {
        match line {
            Line::Set(what) => out += &format!("\\set {what}\n"),
            Line::Plain(sql) => out += &format!("{sql};\n"),
            Line::Run(statement) => {
                let end = if statement.kept { " \\gset" } else { ";" };
                out += &format!("-- {}\n{}{end}\n", statement.source, filled_in(statement));
            }
        }
    }
    out
}

/// The statement with its values in the places of `$1`, `$2`, …
fn filled_in(statement: &Statement) -> String {
    let mut out = String::new();
    let mut rest = statement.sql;
    while let Some((before, after)) = rest.split_once('$') {
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: usize = after[..digits].parse().expect("the product numbers its parameters");
        out += before;
        out += statement.values[number - 1];
        rest = &after[digits..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_places_of_parameters() {
        let line = run("x", "UPDATE t SET a = $10, b = $1", &["1", "", "", "", "", "", "", "", "", ":n"]);
        assert_eq!(script(&[&[line]]), "-- x\nUPDATE t SET a = :n, b = 1;\n");
    }

    #[test]
    fn each_statement_has_its_values() {
        for line in [
            voice::CALL,
            &purchase::ORDER[..],
            ledger::CHARGE,
            session::BORROW,
            session::GIVE_BACK,
            list::LIST,
            list::ORDERS,
        ]
        .concat()
        {
            let Line::Run(Statement { sql, values, .. }) = line else { continue };
            let has = |number: usize| sql.contains(&format!("${number}"));
            assert!((1..=values.len()).all(has) && !has(values.len() + 1), "{sql}");
        }
    }
}

//! Rules by which whole days recur: `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`.

use super::lines;
use crate::value::Date;

/// What is wrong with a rule.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// What a rule counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule. Each of its parts leaves some of the days out; where a part that its frequency needs is missing, that of the first day
/// stands in.
#[derive(Debug, Clone)]
pub(super) struct Recurrence {
    frequency: Frequency,
    /// Every so many days, weeks, months or years.
    interval: i32,
    count: Option<u32>,
    until: Option<Date>,
    /// Months, 1 to 12; all if there are none.
    months: Vec<i8>,
    /// Days of the month, negative ones from its end.
    month_days: Vec<i8>,
    /// Weekdays, 0 is Monday, with which of them in the month or year (negative from its end); 0 is each.
    weekdays: Vec<(i32, i32)>,
    /// The weekday with which a week begins.
    week_start: i32,
}

fn fault(message: String) -> Fault {
    Fault { message, help: None }
}

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn weekday_named(word: &str) -> Option<i32> {
    WEEKDAYS.iter().position(|known| known.eq_ignore_ascii_case(word)).map(|position| position as i32)
}

/// The weekday of a day, 0 is Monday.
fn weekday(day: Date) -> i32 {
    (day.0 + 3).rem_euclid(7)
}

/// The numbers of a list, each with its sign, within bounds.
fn numbers(name: &str, value: &str, most: i8) -> Result<Vec<i8>, Fault> {
    let number =
        |text: &str| text.trim().parse::<i8>().ok().filter(|number| (1..=most).contains(&number.saturating_abs()));
    value
        .split(',')
        .map(|text| {
            number(text).ok_or_else(|| fault(format!("`{name}={value}` is not a list of numbers up to {most}")))
        })
        .collect()
}

impl Recurrence {
    /// Reads a rule for an event that first takes place on a day.
    pub(super) fn parse(text: &str, start: Date) -> Result<Recurrence, Fault> {
        let mut frequency = None;
        let mut rule = Recurrence {
            frequency: Frequency::Yearly,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            week_start: 0,
        };
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let (name, value) =
                part.split_once('=').ok_or_else(|| fault(format!("`{part}` is not a part of a rule")))?;
            let name = name.trim().to_ascii_uppercase();
            let value = value.trim();
            let number = |most: u32| {
                let known = value.parse::<u32>().ok().filter(|number| (1..=most).contains(number));
                known.ok_or_else(|| fault(format!("`{name}={value}` is not a number from 1 to {most}")))
            };
            match name.as_str() {
                "FREQ" => frequency = Some(frequency_named(value)?),
                "INTERVAL" => rule.interval = number(10_000)? as i32,
                "COUNT" => rule.count = Some(number(100_000)?),
                "UNTIL" => {
                    let until = lines::date(value);
                    rule.until = Some(until.ok_or_else(|| fault(format!("`{name}={value}` is not a day")))?);
                }
                "BYMONTH" => rule.months = numbers(&name, value, 12)?,
                "BYMONTHDAY" => rule.month_days = numbers(&name, value, 31)?,
                "BYDAY" => rule.weekdays = ordinals(value)?,
                "WKST" => {
                    let start = weekday_named(value);
                    rule.week_start = start.ok_or_else(|| fault(format!("`{name}={value}` is not a weekday")))?;
                }
                _ => return Err(not_read(&name)),
            }
        }
        rule.frequency = frequency.ok_or_else(|| fault("a rule has no `FREQ`".to_owned()))?;
        if rule.months.iter().any(|month| *month < 0) {
            return Err(fault("`BYMONTH` has a negative month".to_owned()));
        }
        if rule.count.is_some() && rule.until.is_some() {
            return Err(fault("a rule has both `COUNT` and `UNTIL`".to_owned()));
        }
        let has_ordinals = rule.weekdays.iter().any(|(ordinal, _)| *ordinal != 0);
        let by_months = matches!(rule.frequency, Frequency::Monthly | Frequency::Yearly);
        if has_ordinals && (!by_months || !rule.month_days.is_empty()) {
            return Err(not_read("BYDAY with a number here"));
        }
        if rule.frequency == Frequency::Weekly && !rule.month_days.is_empty() {
            return Err(not_read("BYMONTHDAY of weeks"));
        }
        let (_, month, day) = start.parts().ok_or_else(|| fault("the first day is out of range".to_owned()))?;
        let no_days = rule.month_days.is_empty() && rule.weekdays.is_empty();
        match rule.frequency {
            Frequency::Yearly if no_days => {
                rule.month_days = vec![day];
                if rule.months.is_empty() {
                    rule.months = vec![month];
                }
            }
            Frequency::Monthly if no_days => rule.month_days = vec![day],
            Frequency::Weekly if no_days => rule.weekdays = vec![(0, weekday(start))],
            _ => {}
        }
        Ok(rule)
    }

    /// The days from the first one through another on which an event begins; the first is always one of them. None if more would have to
    /// be looked at than the budget has left.
    pub(super) fn days(&self, start: Date, through: Date, budget: &mut u64) -> Option<Vec<Date>> {
        let mut days = vec![start];
        let last = self.until.map_or(through, |until| until.min(through));
        let (mut year, mut month, _) = start.parts()?;
        let (first_year, first_month) = (i32::from(year), i32::from(month));
        while let Some(begin) = Date::new(year, month, 1).filter(|begin| *begin <= last) {
            let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            *budget = budget.checked_sub(1)?;
            let passed = match self.frequency {
                Frequency::Yearly => i32::from(year) - first_year,
                Frequency::Monthly => (i32::from(year) - first_year) * 12 + i32::from(month) - first_month,
                Frequency::Daily | Frequency::Weekly => 0,
            };
            if passed % self.interval == 0 && (self.months.is_empty() || self.months.contains(&month)) {
                let end = Date::new(next_year, next_month, 1)?;
                *budget = budget.checked_sub((end.0 - begin.0) as u64)?;
                let first_of_year = Date::new(year, 1, 1)?;
                let year_end = Date::new(year.checked_add(1)?, 1, 1)?;
                let around = if self.months.is_empty() && self.frequency == Frequency::Yearly {
                    (first_of_year, year_end)
                } else {
                    (begin, end)
                };
                for day in (begin.0.max(start.0 + 1)..end.0.min(last.0 + 1)).map(Date) {
                    if self.has(day, start, (begin, end), around) {
                        if self.count.is_some_and(|count| days.len() >= count as usize) {
                            return Some(days);
                        }
                        days.push(day);
                    }
                }
            }
            (year, month) = (next_year, next_month);
        }
        Some(days)
    }

    /// Whether a day of a month that the rule has is one of its days. `around` is what the weekdays are counted in.
    fn has(&self, day: Date, start: Date, month: (Date, Date), around: (Date, Date)) -> bool {
        let in_turn = match self.frequency {
            Frequency::Daily => (day.0 - start.0) % self.interval == 0,
            Frequency::Weekly => {
                let week = |day: Date| (day.0 + 3 - self.week_start).div_euclid(7);
                (week(day) - week(start)) % self.interval == 0
            }
            Frequency::Monthly | Frequency::Yearly => true,
        };
        let (from_begin, from_end) = (day.0 - month.0.0 + 1, day.0 - month.1.0);
        let by_month_day = self.month_days.is_empty()
            || self.month_days.iter().any(|own| i32::from(*own) == from_begin || i32::from(*own) == from_end);
        let (nth, nth_from_end) = ((day.0 - around.0.0) / 7 + 1, -((around.1.0 - 1 - day.0) / 7 + 1));
        let by_weekday = self.weekdays.is_empty()
            || self.weekdays.iter().any(|(ordinal, own)| {
                *own == weekday(day) && (*ordinal == 0 || *ordinal == nth || *ordinal == nth_from_end)
            });
        in_turn && by_month_day && by_weekday
    }
}

fn frequency_named(value: &str) -> Result<Frequency, Fault> {
    match value.to_ascii_uppercase().as_str() {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        other => Err(not_read(&format!("FREQ={other}"))),
    }
}

/// `MO`, `4TH`, `-1FR`
fn ordinals(value: &str) -> Result<Vec<(i32, i32)>, Fault> {
    let one = |text: &str| {
        let text = text.trim();
        let (number, word) = text.split_at_checked(text.len().checked_sub(2)?)?;
        let ordinal = match number {
            "" => 0,
            number => number.parse::<i32>().ok().filter(|number| (1..=53).contains(&number.saturating_abs()))?,
        };
        Some((ordinal, weekday_named(word)?))
    };
    value
        .split(',')
        .map(|text| one(text).ok_or_else(|| fault(format!("`{text}` is not a weekday such as `MO`, `4TH` or `-1FR`"))))
        .collect()
}

fn not_read(what: &str) -> Fault {
    let help = "name the days one by one in the file (`RDATE`), or here: `closed 2026-12-25`";
    Fault { message: format!("`{what}` is not read in a rule of recurrence"), help: Some(help.to_owned()) }
}

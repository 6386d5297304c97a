//! What a file is made of, down to a few levels: where its records may be, and what it says beside them.

use crate::ir::mapping::Step;

/// Levels of objects and lists that an outline has.
pub(super) const DEPTH: usize = 4;

/// Most names of one object that are kept apart, and most texts beside the records.
const MOST_NAMES: usize = 48;
const MOST_SAID: usize = 256;

/// Most places of an outline that one value stands for.
const MOST_PLACES: usize = 8;

/// Names of keys by which a thing is known: an object that has one is a record, whatever lists it holds.
const IDENTITIES: [&str; 8] = ["id", "key", "number", "ref", "uuid", "uid", "sys_id", "ticketid"];

/// The outline of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Outline {
    places: Vec<Place>,
    /// Values at the top.
    values: u64,
    /// What single values say that no list holds, by the names that lead there; of several such values the last.
    pub(super) said: Vec<(Vec<String>, String)>,
}

/// Values of a file that are reached in one way.
#[derive(Debug, Clone, Default)]
struct Place {
    objects: u64,
    lists: u64,
    others: u64,
    names: Vec<(String, usize)>,
    /// The elements of the lists, the values of the objects.
    every: Option<usize>,
}

impl Place {
    fn count(&self) -> u64 {
        self.objects + self.lists + self.others
    }
}

impl Outline {
    /// The place of the values at the top.
    pub(super) const ROOT: usize = 0;

    /// Notes that another value at the top begins.
    pub(super) fn begin_value(&mut self) {
        self.values += 1;
        if self.places.is_empty() {
            self.places.push(Place::default());
        }
    }

    /// Notes a value that begins with a byte.
    pub(super) fn add(&mut self, places: &[usize], byte: u8) {
        for place in places {
            let place = &mut self.places[*place];
            match byte {
                b'{' => place.objects += 1,
                b'[' => place.lists += 1,
                _ => place.others += 1,
            }
        }
    }

    /// Returns the places of the elements of lists.
    pub(super) fn every(&mut self, places: &[usize]) -> Vec<usize> {
        places.iter().map(|place| self.every_of(*place)).collect()
    }

    fn every_of(&mut self, place: usize) -> usize {
        if let Some(every) = self.places[place].every {
            return every;
        }
        self.places.push(Place::default());
        let every = self.places.len() - 1;
        self.places[place].every = Some(every);
        every
    }

    /// Returns the places of a member of objects: by its name, and as one of all.
    pub(super) fn member(&mut self, places: &[usize], name: &str) -> Vec<usize> {
        let mut members = Vec::new();
        for place in places {
            let known = self.places[*place].names.iter().find(|(known, _)| known == name).map(|(_, member)| *member);
            if let Some(member) = known {
                members.push(member);
            } else if self.places[*place].names.len() < MOST_NAMES {
                self.places.push(Place::default());
                let member = self.places.len() - 1;
                self.places[*place].names.push((name.to_owned(), member));
                members.push(member);
            }
            members.push(self.every_of(*place));
        }
        members.truncate(MOST_PLACES);
        members
    }

    /// Notes what a single value says.
    pub(super) fn say(&mut self, path: &[String], said: String) {
        if let Some((_, known)) = self.said.iter_mut().find(|(known, _)| known == path) {
            *known = said;
        } else if self.said.len() < MOST_SAID {
            self.said.push((path.to_vec(), said));
        }
    }

    /// Whether the file is a list in which nothing stands.
    pub(super) fn is_empty_list(&self) -> bool {
        self.places.first().is_some_and(|root| {
            root.lists == self.values && root.every.is_none_or(|every| self.places[every].count() == 0)
        })
    }

    /// Returns the paths at which there are records, and how many are there: lists of objects, else objects whose values are
    /// alike. Where the values at the top are records, that is the empty path alone.
    pub(super) fn records(&self) -> Vec<(Vec<Step>, u64)> {
        let Some(root) = self.places.first() else { return Vec::new() };
        if root.lists > 0 {
            let of_lists = root.every.map_or(0, |every| self.places[every].objects);
            return Some((Vec::new(), root.objects + of_lists)).filter(|(_, count)| *count > 0).into_iter().collect();
        }
        let is_record = root.names.iter().any(|(name, place)| {
            IDENTITIES.contains(&name.to_ascii_lowercase().as_str()) && self.places[*place].others > 0
        });
        if self.values > 1 || is_record {
            return vec![(Vec::new(), root.objects)];
        }
        let (mut lists, mut keyed) = (Vec::new(), Vec::new());
        self.look(Outline::ROOT, &mut Vec::new(), &mut lists, &mut keyed);
        let found = if lists.is_empty() { keyed } else { lists };
        if found.is_empty() && root.others == 0 { vec![(Vec::new(), root.objects)] } else { found }
    }

    fn look(
        &self,
        place: usize,
        path: &mut Vec<Step>,
        lists: &mut Vec<(Vec<Step>, u64)>,
        keyed: &mut Vec<(Vec<Step>, u64)>,
    ) {
        if let Some(count) = self.keyed(place) {
            keyed.push((path.iter().cloned().chain([Step::Every]).collect(), count));
            return;
        }
        for (name, member) in &self.places[place].names {
            path.push(Step::Name(name.clone()));
            let of_lists = match &self.places[*member] {
                Place { lists, every: Some(every), .. } if *lists > 0 => self.places[*every].objects,
                _ => 0,
            };
            if of_lists > 0 {
                lists.push((path.clone(), of_lists));
            } else if self.places[*member].objects > 0 && path.len() < DEPTH {
                self.look(*member, path, lists, keyed);
            }
            path.pop();
        }
    }

    /// Whether an object holds one record under each key; how many.
    fn keyed(&self, place: usize) -> Option<u64> {
        let of = &self.places[place];
        let every = of.every.map(|every| &self.places[every])?;
        if of.objects == 0 || every.lists + every.others > 0 || every.objects == 0 {
            return None;
        }
        let in_all = every.names.iter().filter(|(_, member)| self.places[*member].count() == every.objects).count();
        let is_name = |name: &str| name.chars().all(|c| c.is_alphabetic() || c == '_') || name.is_empty();
        let alike = if every.objects > 1 {
            in_all * 2 >= every.names.len().max(1)
        } else {
            of.names.iter().all(|(name, _)| !is_name(name))
        };
        alike.then_some(every.objects)
    }
}

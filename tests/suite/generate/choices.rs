//! The tape of choices.

/// Numbers to choose by; behind its end all are zero, which always means the simplest choice.
pub(crate) struct Choices<'a> {
    tape: &'a [u32],
    at: usize,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(tape: &'a [u32]) -> Choices<'a> {
        Choices { tape, at: 0 }
    }

    fn next(&mut self) -> u32 {
        let choice = self.tape.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        choice
    }

    /// A number below `count`, which must not be zero.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.next() as usize % count
    }

    /// True in so many of a hundred cases; false where the tape has run out.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.next() % 100 >= 100 - percent
    }

    /// One of these; the first is the simplest.
    pub(crate) fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    /// One of these, each as often as its weight says; the first is the simplest.
    pub(crate) fn weighted<T: Copy>(&mut self, options: &[(u32, T)]) -> T {
        let total: u32 = options.iter().map(|(weight, _)| weight).sum();
        let mut left = self.next() % total;
        for (weight, option) in options {
            if left < *weight {
                return *option;
            }
            left -= weight;
        }
        options[0].1
    }
}

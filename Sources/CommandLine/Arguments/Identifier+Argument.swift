// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

// What is read from an argument is checked here already, so that a slip of the hand costs no call and an id of the
// wrong kind never becomes part of a path.

extension Identifier: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

extension OwnerID: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

extension Instant: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

extension Length: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

extension Scope: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

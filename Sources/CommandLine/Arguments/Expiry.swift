// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// When something ends: a moment, or a length of time from now.
struct Expiry: ParsableArguments {
    @Option(help: ArgumentHelp("When it ends: 2026-12-31T23:00:00Z.", valueName: "time"))
    var expiresAt: Instant?

    @Option(help: ArgumentHelp("How long it lives from now: 90s, 15m, 24h, 90d.", valueName: "length"))
    var expiresIn: Length?

    func validate() throws {
        guard expiresAt == nil || expiresIn == nil else {
            throw ValidationError("Give --expires-at or --expires-in, not both.")
        }
    }

    /// The moment, or nothing if none was given.
    func json(at now: Instant) -> JSON? {
        (expiresAt ?? expiresIn.map { now + $0 }).map { .string($0.description) }
    }
}

// SPDX-License-Identifier: Apache-2.0
internal import Access

/// What is known of the keys of one place, and when to ask again. A value without I/O.
struct KeptKeys: Sendable {
    /// What to do for a token before its key is looked for.
    enum Step: Equatable {
        /// Look in the set there is.
        case use
        /// Ask first.
        case ask
        /// There is no set, and it was asked for in vain a moment ago.
        case wait
    }

    private(set) var set: ForeignKeySet?
    private(set) var etag: String?
    private var freshUntil = Instant(milliseconds: .min)
    private var goodUntil = Instant(milliseconds: .min)
    private var askedAt: Instant?
    private var failures = 0

    /// For how long the last set is used when no newer one can be had.
    static let grace = Length.seconds(86_400)
    /// How often, at the most, an unknown key is reason to ask again.
    static let strangerPause = Length.seconds(60)
    private static let firstPause = Length.seconds(5)
    private static let longestPause = Length.seconds(60)

    /// What to do now.
    func step(at now: Instant) -> Step {
        let hasSet = set != nil && now < goodUntil
        if hasSet, now < freshUntil { return .use }
        if let askedAt, failures > 0, now < askedAt + pause { return hasSet ? .use : .wait }
        return .ask
    }

    /// Whether a key that is not in the set is reason to ask again.
    func mayAskForStranger(at now: Instant) -> Bool {
        askedAt.map { $0 + Self.strangerPause <= now } ?? true
    }

    private var pause: Length {
        let doubled = Self.firstPause.milliseconds << min(Int64(failures - 1), 8)
        return min(Length(milliseconds: doubled), Self.longestPause)
    }

    /// The answer is here.
    mutating func took(_ set: ForeignKeySet, etag: String?, freshFor length: Length, at now: Instant) {
        self.set = set
        self.etag = etag
        freshUntil = now + length
        goodUntil = freshUntil + Self.grace
        askedAt = now
        failures = 0
    }

    /// No answer came that could be used. The last good set stays until its time is over.
    mutating func failed(at now: Instant) {
        askedAt = now
        failures = min(failures + 1, 16)
        guard now >= goodUntil else { return }
        set = nil
        etag = nil
    }
}

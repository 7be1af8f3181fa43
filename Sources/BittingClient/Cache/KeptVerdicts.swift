// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// Verdicts that were asked for once and hold for a while: a value, without clock or waiting.
///
/// One is used only while there is a lease, which the server honours: it answers no change before those with a lease
/// have dropped what it concerns. No key's text is kept, only its digest. Limits: so many verdicts, each for so long,
/// never beyond the key's own end; none of keys with limits or budgets, none of secrets that were replaced.
struct KeptVerdicts {
    typealias Time = ContinuousClock.Instant

    /// Where a verdict is found: the secret, and what of the question it rests on.
    struct Place: Hashable {
        let digest: Digest
        let scopes: RequiredScopes
        var address: String?
        var method: String?
        var path: String?

        init(_ question: VerifyQuestion, _ shape: Shape) {
            digest = Digest(of: Array(question.key.utf8).span)
            scopes = question.scopes
            narrow(to: question, shape)
        }

        /// The same secret and scopes, with what of the question `shape` says.
        mutating func narrow(to question: VerifyQuestion, _ shape: Shape) {
            address = shape.contains(.address) ? question.address : nil
            method = shape.contains(.route) ? question.method : nil
            path = shape.contains(.route) ? question.path : nil
        }
    }

    /// What of a question, beside key and scopes, a verdict rests on.
    struct Shape: OptionSet, Hashable {
        let rawValue: UInt8
        static let address = Shape(rawValue: 1)
        static let route = Shape(rawValue: 2)

        /// Nil for what this client does not know.
        init?(_ variesWith: Set<String>) {
            guard variesWith.isSubset(of: ["address", "route"]) else { return nil }
            self.init(rawValue: (variesWith.contains("address") ? 1 : 0) | (variesWith.contains("route") ? 2 : 0))
        }

        init(rawValue: UInt8) { self.rawValue = rawValue }
    }

    /// What was known when a question was asked.
    struct Ticket {
        fileprivate let epoch: UInt64
        fileprivate let sequence: Int64
    }

    private struct Kept {
        let verification: Verification
        let shape: Shape
        /// Changes up to this one were dropped when it was asked for.
        let sequence: Int64
        let end: Time
    }

    private let capacity: Int
    private let longest: Duration
    /// The ones used lately, and the ones from before: when the first are many, the second are thrown away.
    private var recent: [Place: Kept] = [:]
    private var older: [Place: Kept] = [:]
    /// By what a verdict names, the last change of it.
    private var changed: [String: Int64] = [:]
    private var shapes: Set<Shape> = []
    private var follower: String?
    private var sequence: Int64 = 0
    /// Counts the beginnings anew; what was asked for before is not kept after.
    private var epoch: UInt64 = 0
    private var leaseEnd: Time?
    /// The server's time, as it said it, and a moment here that was not after it.
    private var serverTime: (said: Instant, at: Time)?
    private(set) var uses = KeptUses()
    /// How often a verdict was found.
    private(set) var hits: UInt64 = 0

    /// As many changes are remembered; with more, everything begins anew.
    private static let changesKept = 4096

    init(capacity: Int, longest: Duration) {
        self.capacity = max(2, capacity)
        self.longest = longest
    }

    /// Whether verdicts may be used now.
    func isLeased(at now: Time) -> Bool { leaseEnd.map { now < $0 } ?? false }

    /// The verdict on this question, if one is kept and still holds. Counts as a use of the key.
    mutating func find(_ question: VerifyQuestion, at now: Time) -> Verification? {
        guard question.cost == nil, isLeased(at: now), !shapes.isEmpty else { return nil }
        var place = Place(question, [])
        for shape in shapes {
            place.narrow(to: question, shape)
            guard let kept = take(place), kept.shape == shape, now < kept.end, isCurrent(kept) else { continue }
            uses.count(place, of: question)
            hits += 1
            return kept.verification
        }
        return nil
    }

    /// What is known now, to be shown again with the answer; nil while nothing may be kept.
    func ticket(at now: Time) -> Ticket? {
        isLeased(at: now) ? Ticket(epoch: epoch, sequence: sequence) : nil
    }

    /// Keeps a verdict that was asked for with `ticket`, if it is one that may be kept.
    mutating func keep(_ verification: Verification, for question: VerifyQuestion, _ ticket: Ticket, at now: Time) {
        guard ticket.epoch == epoch, question.cost == nil, verification.mayBeKept,
            let shape = verification.variesWith.flatMap({ Shape($0) }), let end = end(of: verification, at: now)
        else { return }
        let kept = Kept(verification: verification, shape: shape, sequence: ticket.sequence, end: end)
        guard isCurrent(kept) else { return }
        shapes.insert(shape)
        put(kept, at: Place(question, shape))
    }

    /// What to ask the server next.
    mutating func question() -> FollowQuestion {
        FollowQuestion(follower: follower, after: sequence, uses: uses.take())
    }

    /// Takes in what the server told. `asked`: when the question was sent, which is before the server's lease began.
    mutating func learn(_ news: FollowNews, asked: Time) {
        if news.isReset || news.follower != follower || changed.count + news.changes.count > Self.changesKept {
            beginAnew()
        }
        follower = news.follower
        sequence = news.sequence
        for subject in news.changes { changed[subject] = news.sequence }
        leaseEnd = asked + news.lease - news.lease / 20
        serverTime = (news.now, asked)
    }

    /// The server could not be asked: nothing may be used. The uses it has not been told of are told later.
    mutating func lapse(untold: [KeptUses.Use]) {
        leaseEnd = nil
        uses.putBack(untold)
    }

    private mutating func beginAnew() {
        epoch += 1
        recent = [:]
        older = [:]
        changed = [:]
        shapes = []
    }

    private mutating func take(_ place: Place) -> Kept? {
        if let kept = recent[place] { return kept }
        guard let kept = older.removeValue(forKey: place) else { return nil }
        put(kept, at: place)
        return kept
    }

    private mutating func put(_ kept: Kept, at place: Place) {
        if recent.count >= capacity / 2, recent[place] == nil {
            older = recent
            recent = [:]
        }
        recent[place] = kept
    }

    private func isCurrent(_ kept: Kept) -> Bool {
        guard !changed.isEmpty else { return true }
        let verification = kept.verification
        let subjects = [
            verification.keyID, verification.owner?.id, verification.owner?.account, verification.keyspace,
        ]
        return subjects.allSatisfy { subject in
            guard let subject, let change = changed[subject] else { return true }
            return change <= kept.sequence
        }
    }

    /// When it must not be used any more, by the server's clock where that sets an end; nil for now.
    private func end(of verification: Verification, at now: Time) -> Time? {
        let longestEnd = now + longest
        guard let text = verification.expiresAt else { return longestEnd }
        guard let expiry = Instant(text), let serverTime else { return nil }
        // What it said was said after `at`, so its clock shows at most this now.
        let left = Duration.milliseconds(expiry.milliseconds - serverTime.said.milliseconds) - (now - serverTime.at)
        return left > .zero ? min(longestEnd, now + left) : nil
    }
}

extension Verification {
    /// Whether another question would get this answer again, as long as nothing changes.
    fileprivate var mayBeKept: Bool {
        valid && secret == "current" && limits.isEmpty && quota == nil && keyID != nil && owner != nil
            && keyspace != nil
    }
}

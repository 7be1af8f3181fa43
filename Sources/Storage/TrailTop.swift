// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// Why the trail as it lies in the database cannot be signed.
package enum TrailFault: Error, Equatable, Sendable {
    /// It ends before what was signed already.
    case shorter(signed: Int64, found: Int64)
    /// The last event that was signed is another one now.
    case rewritten(sequence: Int64)
    /// An event is missing, or does not follow the one before it.
    case broken(sequence: Int64)
}

/// How far the trail has been read: the tree over it, and the hash that the next event attaches to.
struct TrailTop: Equatable, Sendable {
    private(set) var frontier = MerkleFrontier.empty
    private(set) var hash = EventChain.start.hash

    /// Before the first event.
    static let start = TrailTop()

    private init() {}

    /// Where a stored frontier ends, which must be within the trail.
    init(_ frontier: MerkleFrontier, _ statements: any Statements) throws {
        self.frontier = frontier
        guard frontier.size > 0 else { return }
        hash = try Self.hash(of: frontier.size, statements)
    }

    /// Moves on to the end of the trail. Each event is read once in its life, by its hashes only; its content is for
    /// `bitting audit verify`.
    func extended(_ statements: any Statements) throws -> TrailTop {
        if frontier.size > 0, try Self.hash(of: frontier.size, statements) != hash {
            throw TrailFault.rewritten(sequence: frontier.size)
        }
        var top = self
        try statements.forEach(
            "SELECT sequence, previous, hash FROM events WHERE sequence > $1 ORDER BY sequence",
            [.integer(frontier.size)]
        ) { row in
            let sequence = try row.needInteger(0, "event sequence")
            let previous = try RuleText.need(Digest(bytes: try row.needBlob(1, "event previous")))
            guard sequence == top.frontier.size + 1, previous == top.hash else {
                throw TrailFault.broken(sequence: sequence)
            }
            top.hash = try RuleText.need(Digest(bytes: try row.needBlob(2, "event hash")))
            top.frontier.append(top.hash)
        }
        return top
    }

    private static func hash(of sequence: Int64, _ statements: any Statements) throws -> Digest {
        let hash = try statements.first("SELECT hash FROM events WHERE sequence = $1", [.integer(sequence)]) { row in
            try RuleText.need(Digest(bytes: try row.needBlob(0, "event hash")))
        }
        if let hash { return hash }
        let last = try statements.first("SELECT COALESCE(MAX(sequence), 0) FROM events", []) { $0.integer(0) ?? 0 }
        throw TrailFault.shorter(signed: sequence, found: last ?? 0)
    }
}

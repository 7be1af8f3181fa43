// SPDX-License-Identifier: Apache-2.0
internal import Wire

// The four shapes that nearly all management commands have. A command names its path and its body; what happens with
// them stands here.

/// Prints one thing.
protocol ShowAct: Act {
    var connection: Connection { get }
    /// Where it is.
    var path: [String] { get }
}

extension ShowAct {
    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        try await connection.desk(in: surroundings).show("GET", path)
    }
}

/// Posts a body and prints what came of it: create, revoke, lock, …
protocol PostAct: Act {
    var connection: Connection { get }
    /// Where to.
    var path: [String] { get }
    /// What, if anything.
    func body(at surroundings: Surroundings) throws -> JSON?
    /// Makes a repeated call known as the same one.
    var idempotencyKey: String? { get }
}

extension PostAct {
    func body(at surroundings: Surroundings) -> JSON? { nil }
    var idempotencyKey: String? { nil }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        return try await desk.show(
            "POST", path, body: try body(at: surroundings), idempotencyKey: idempotencyKey)
    }
}

/// Prints a list.
protocol ListAct: Act {
    var connection: Connection { get }
    var pages: Pages { get }
    /// What is listed.
    static var noun: Noun { get }
    /// Where, if not at the noun's own path.
    var path: [String] { get }
    /// Query parameters.
    var filters: [(name: String, value: String)] { get }
}

extension ListAct {
    var path: [String] { Self.noun.path }
    var filters: [(name: String, value: String)] { [] }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        try await connection.desk(in: surroundings).printList(Self.noun, at: path, filters: filters, pages: pages)
    }
}

/// Changes some members of a thing (a merge patch) and prints it.
protocol ChangeAct: Act {
    associatedtype Field: ClearableField
    var connection: Connection { get }
    var change: ChangeOptions<Field> { get }
    var path: [String] { get }
    /// The members to change.
    func changes(at surroundings: Surroundings) throws -> JSON
}

extension ChangeAct {
    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let changes = try changes(at: surroundings).asObject ?? []
        let patch = try change.cleared(beside: changes)
        guard !patch.isEmpty else {
            throw CommandFailure("Nothing to change was given.", fix: "Name at least one thing to change; see --help.")
        }
        let desk = try connection.desk(in: surroundings)
        return try await desk.show("PATCH", path, body: .object(patch), ifMatch: change.revision)
    }
}

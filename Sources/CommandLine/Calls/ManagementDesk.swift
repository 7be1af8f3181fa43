// SPDX-License-Identifier: Apache-2.0
internal import BittingClient
internal import Wire

/// Management calls and the printing of their answers.
struct ManagementDesk: Sendable {
    /// What a call was answered with.
    struct Answer: Sendable {
        let json: JSON
        /// For a single thing: which state of it this is.
        let revision: String?
    }

    let client: BittingClient
    let printer: Printer

    /// Calls; a refusal is thrown.
    func call(
        _ method: String, _ path: [String], query: [(name: String, value: String)] = [], body: JSON? = nil,
        ifMatch: String? = nil, idempotencyKey: String? = nil
    ) async throws -> Answer {
        let response = try await client.call(
            method, path, query: query, body: body.map { Array($0.text.utf8) }, ifMatch: ifMatch,
            idempotencyKey: idempotencyKey
        ).accepted()
        guard let json = try? JSON.parse(response.body) else { throw BittingError.unexpected(response) }
        return Answer(json: json, revision: response.revision)
    }

    /// Calls and prints the one thing that comes back.
    func show(
        _ method: String, _ path: [String], body: JSON? = nil, ifMatch: String? = nil, idempotencyKey: String? = nil
    ) async throws -> ExitStatus {
        let answer = try await call(method, path, body: body, ifMatch: ifMatch, idempotencyKey: idempotencyKey)
        printer.show(answer.json, revision: answer.revision)
        return .done
    }
}

// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting key revoke`
struct KeyRevoke: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a key for good. When this returns, nothing accepts it any more.")

    /// Why a key is revoked.
    enum Reason: String, CaseIterable, ExpressibleByArgument, Sendable {
        case compromised, superseded, offboarded, unused, other
    }

    @Argument(help: "The key's id: key_…")
    var id: KeyID

    @Option(help: "Why.")
    var reason: Reason

    @Option(help: "More about it, for the audit trail.")
    var note: String?

    @OptionGroup var connection: Connection

    var path: [String] { Noun.keys.path + [id.description, "revoke"] }

    func body(at surroundings: Surroundings) -> JSON? {
        .given(["reason": .string(reason.rawValue), "note": note.map(JSON.string)])
    }
}

// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting hygiene`
struct HygieneCommand: Act {
    static let configuration = CommandConfiguration(
        commandName: "hygiene",
        abstract: "Find keys, integrations and keyspaces that should not stay as they are, and mend them.",
        discussion: """
            Kinds: retiring_stragglers, expiring_soon, credential_expiring, older_than_policy, wider_than_use,
            integration_wider_than_use, never_used, idle, no_expiry, integration_unused, credential_unused,
            credential_without_integration, disabled_long, no_max_lifetime. --apply carries out the fix that the finding names.
            """)
    private static let noun = Noun(
        plural: "findings", path: ["v1", "hygiene"],
        columns: [
            .value("KIND", "kind"), .value("SUBJECT", "subject"), .value("NAME", "name", mayBeCut: true),
            .time("SINCE", "since"), .value("DETAIL", "detail", mayBeCut: true),
            .derived("FIX", mayBeCut: true) { HygieneCommand.call($0["fix"] ?? .null) },
        ])

    @Option(help: ArgumentHelp("Mend this finding.", valueName: "kind:subject"))
    var apply: AppliedFinding?

    @Option(help: "Only findings of this kind.")
    var kind: String?

    @Option(help: ArgumentHelp("Of this account and all inside it: acc_…", valueName: "id"))
    var account: AccountID?

    @Option(help: "Of this keyspace, by name or id.")
    var keyspace: String?

    @OptionGroup var pages: Pages
    @OptionGroup var connection: Connection

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        guard let apply else {
            let filters = given(["kind": kind, "account": account?.description, "keyspace": keyspace])
            return try await desk.printList(Self.noun, filters: filters, pages: pages)
        }
        let body = JSON.given(["kind": .string(apply.kind), "subject": .string(apply.subject)])
        let answer = try await desk.call("POST", Self.noun.path + ["apply"], body: body).json
        let changed = ["key", "integration", "credential", "keyspace"].compactMap { answer[$0] }.first { $0 != .null }
        guard !connection.json, let changed else {
            desk.printer.show(answer)
            return .done
        }
        desk.printer.show(changed)
        if let secret = answer["secret"]?.asString {
            surroundings.terminal.say("\nThe new secret, shown only now; Bitting keeps no copy of it:")
            surroundings.terminal.say(PlainText.line(secret))
        }
        return .done
    }

    /// `POST /v1/keys/key_…/disable {…}`
    private static func call(_ fix: JSON) -> String {
        guard let method = fix["method"]?.asString, let path = fix["path"]?.asString else { return "-" }
        let body = fix["body"].flatMap { $0 == .null ? nil : " " + $0.text } ?? ""
        return PlainText.line("\(method) \(path)\(body)")
    }
}

/// A finding by kind and subject: `idle:key_…`.
struct AppliedFinding: ExpressibleByArgument {
    let kind: String
    let subject: String

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        kind = String(parts[0])
        subject = String(parts[1])
    }
}

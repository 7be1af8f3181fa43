// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import BittingClient
internal import Secrets
internal import Wire

/// `bitting deposit give`
struct DepositGive: Act {
    static let configuration = CommandConfiguration(
        commandName: "give", abstract: "Hand in the key that an invitation asks for, sealed on this machine.",
        usage: "bitting deposit give [<url>] [--allow-http] [--json]",
        discussion: """
            The key is read from standard input, or asked for on a terminal; never from an argument. One of several parts is \
            asked for part by part; on standard input it is a JSON object of them. No Bitting key is needed.

            Whoever reads the process list sees an address that is an argument, and could hand in a key of theirs first. On \
            a machine that you share leave it out: it is taken from BITTING_DEPOSIT_URL, or asked for on a terminal.
            """)

    @Argument(help: ArgumentHelp("The address of the invitation, with what stands behind its #.", valueName: "url"))
    var url: String?

    @Flag(help: "Take an address that is not https though it leads to another machine.")
    var allowHTTP = false

    @Flag(help: "Print the API's JSON.")
    var json = false

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var words: [String] = []

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        try SecretInput(name: "key", limit: DepositForm.longest).refuse(words)
        let address = try DepositAddress(try givenURL(surroundings), allowingHTTP: allowHTTP)
        let client = try VisitorClient(url: address.page, transport: surroundings.transport)
        let asked = try await client.post(["request"], body: Self.bytes(["ticket": .string(address.ticket)]))
        let form = try DepositForm(reading: asked)
        if !json { surroundings.terminal.note(PlainText.line(form.phrase)) }
        let deposit = form.sealed(try form.value(from: surroundings.terminal))
        let thanks = try await client.post(
            body: Self.bytes(["ticket": .string(address.ticket), "deposit": deposit]))
        Printer(terminal: surroundings.terminal, asJSON: json).show((try? JSON.parse(thanks.body)) ?? .null)
        return .done
    }

    private func givenURL(_ surroundings: Surroundings) throws -> String {
        if let given = surroundings.setting(url, "BITTING_DEPOSIT_URL") { return given }
        guard surroundings.terminal.asksPerson else {
            throw CommandFailure(
                "No address was given.",
                fix: "Set BITTING_DEPOSIT_URL to the address of the invitation, or give it as an argument.")
        }
        return try SecretInput(name: "address of the invitation", limit: 4096).read(from: surroundings.terminal)
    }

    private static func bytes(_ json: JSON) -> [UInt8] { Array(json.text.utf8) }
}

/// Where an invitation is: the page, and the ticket behind the `#`.
struct DepositAddress {
    let page: String
    let ticket: String

    /// Reads an address. Over plain http to another machine somebody between could name a key of their own to seal to.
    init(_ url: String, allowingHTTP: Bool) throws(CommandFailure) {
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 43 else {
            throw CommandFailure(
                "This is not the address of an invitation.",
                fix: "Give the whole address, in quotes: what stands behind the # belongs to it.")
        }
        page = String(parts[0])
        ticket = String(parts[1])
        let isLocal = ["127.0.0.1", "localhost", "[::1]"].contains { host in
            page.hasPrefix("http://\(host)/") || page.hasPrefix("http://\(host):")
        }
        guard page.hasPrefix("https://") || isLocal || allowingHTTP else {
            throw CommandFailure(
                "The address is not https: somebody on the way could have the key sealed to themselves.",
                fix: "Ask for an https address; --allow-http goes on all the same.")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// What a rule asks for and gives; for create and change.
struct SignInTerms: ParsableArguments {
    /// What of a token that comes twice.
    enum Replay: String, CaseIterable, ExpressibleByArgument, Sendable { case allowed, refused }

    @Option(help: ClaimArgument.help)
    var claim: [ClaimArgument] = []

    @Option(
        help: ArgumentHelp(
            "Something of what the key may do, resource:action; may be repeated. Without it, all of that.",
            valueName: "scope"))
    var scope: [Scope] = []

    @Option(help: ArgumentHelp("How long the tokens live, 1m to 1h; 15m unless said.", valueName: "duration"))
    var lifetime: String?

    @Option(help: "Whether an identity token may be used more than once.")
    var replay: Replay?

    @Option(help: ArgumentHelp("Where the issuer's keys are, instead of by discovery.", valueName: "url"))
    var jwksURI: String?

    @Option(
        help: ArgumentHelp("A file with the issuer's keys (a JWK Set): nothing is fetched then.", valueName: "file"))
    var jwks: String?

    @Option(
        help: ArgumentHelp(
            "A PEM file with the certificate authorities of the issuer's server, instead of the system's.",
            valueName: "file"))
    var ca: String?

    private static let longestFile = 65_536

    /// The members that were given.
    func members() throws(CommandFailure) -> [JSON.Member] {
        let keys = try jwks.map { path throws(CommandFailure) in try Self.keySet(path) }
        let authorities = try ca.map { path throws(CommandFailure) in
            JSON.string(String(decoding: try Self.file(path), as: UTF8.self))
        }
        return JSON.given([
            "claims": claim.unlessEmpty(ClaimArgument.json), "scopes": scope.unlessEmpty { .texts($0) },
            "lifetime": lifetime.map { .string($0) }, "replay": replay.map { .string($0.rawValue) },
            "jwks_uri": jwksURI.map { .string($0) }, "jwks": keys, "ca": authorities,
        ]).asObject ?? []
    }

    private static func keySet(_ path: String) throws(CommandFailure) -> JSON {
        guard let json = try? JSON.parse(try file(path)) else {
            throw CommandFailure("\(path) is not JSON.", fix: "Give the issuer's JWK Set: {\"keys\": […]}.")
        }
        return json
    }

    private static func file(_ path: String) throws(CommandFailure) -> [UInt8] {
        guard let bytes = try FileBytes.contents(path, limit: longestFile) else {
            throw CommandFailure("\(path) is larger than 64 KiB.", fix: "Check that it is the right file.")
        }
        return bytes
    }
}

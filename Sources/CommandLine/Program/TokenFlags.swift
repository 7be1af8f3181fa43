// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Secrets

/// The options of `serve` about tokens.
struct TokenFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The address under which others reach the data plane; the issuer that tokens name. BITTING_ISSUER",
            discussion: "Default: http:// and the data address. Tokens end when it changes.", valueName: "url"))
    var issuer: String?

    @Option(
        help: ArgumentHelp(
            "What tokens are signed with: ES256 or EdDSA. BITTING_TOKEN_ALGORITHM; default ES256", valueName: "name"))
    var tokenAlgorithm: String?

    /// What is asked for by flags and variables.
    func options(in surroundings: Surroundings) throws(CommandFailure) -> TokenOptions {
        TokenOptions(issuer: try issuer(in: surroundings), algorithm: try algorithm(in: surroundings))
    }

    private func issuer(in surroundings: Surroundings) throws(CommandFailure) -> String? {
        guard let text = surroundings.setting(issuer, "BITTING_ISSUER") else { return nil }
        let isURL = text.hasPrefix("https://") || text.hasPrefix("http://")
        guard isURL, text.utf8.count <= 255, !text.hasSuffix("/"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"\"\\?#@<>".utf8.contains($0) })
        else {
            throw CommandFailure(
                "The issuer is no address.",
                fix: "Write it like https://keys.example.com, without a slash at the end, query or user.")
        }
        return text
    }

    private func algorithm(in surroundings: Surroundings) throws(CommandFailure) -> TokenAlgorithm {
        let text = surroundings.setting(tokenAlgorithm, "BITTING_TOKEN_ALGORITHM") ?? TokenAlgorithm.es256.rawValue
        guard let algorithm = TokenAlgorithm(rawValue: text) else {
            throw CommandFailure("\(text) is no algorithm for tokens.", fix: "Say ES256 or EdDSA.")
        }
        return algorithm
    }
}

// SPDX-License-Identifier: Apache-2.0
internal import BittingClient
internal import Secrets
internal import Wire

/// What an invitation asks for, and how the answer is sealed.
struct DepositForm {
    static let longest = 16_384

    /// Part of a key, by name and what people are shown.
    struct Part {
        let name: String
        let title: String
    }

    let phrase: String
    let parts: [Part]
    private let key: DepositPublicKey
    private let place: DepositPlace

    /// Reads an answer to `POST /deposit/request`.
    init(reading response: Response) throws(BittingError) {
        guard let json = try? JSON.parse(response.body), let text = json["public_key"]?.asString,
            let bytes = Base64URL.bytes(text), let key = DepositPublicKey(bytes: bytes),
            let given = json["parts"]?.asArray
        else { throw BittingError.unexpected(response) }
        self.key = key
        parts = given.map { Part(name: $0["name"]?.asString ?? "", title: $0["title"]?.asString ?? "") }
        let word = { (name: String) in json[name]?.asString ?? "" }
        phrase =
            "A key of \(word("provider_title")) is asked for, to be used for \(word("account_name")): \(word("name"))."
        place = DepositPlace(
            installation: word("installation"), deposit: word("deposit"), account: word("account"),
            provider: word("provider"), parts: parts.map(\.name).sorted())
    }

    /// The value: a line from a person for each part; else the text, or a JSON object of the parts.
    func value(from terminal: Terminal) throws(CommandFailure) -> Secret {
        guard !parts.isEmpty else {
            var bytes = Array(try SecretInput(name: "key", limit: Self.longest).read(from: terminal).utf8)
            return Secret(wiping: &bytes)
        }
        var named = terminal.asksPerson ? try asked(terminal) : try piped(terminal)
        return SealedDeposit.layout(wiping: &named)
    }

    private func asked(_ terminal: Terminal) throws(CommandFailure) -> [(name: String, bytes: [UInt8])] {
        var named: [(name: String, bytes: [UInt8])] = []
        for part in parts {
            let text = try SecretInput(name: part.title, limit: Self.longest).read(from: terminal)
            named.append((part.name, Array(text.utf8)))
        }
        return named
    }

    private func piped(_ terminal: Terminal) throws(CommandFailure) -> [(name: String, bytes: [UInt8])] {
        let text = try SecretInput(name: "key", limit: 2 * Self.longest).read(from: terminal)
        let members = (try? JSON.parse(Array(text.utf8)))?.asObject ?? []
        let names = parts.map(\.name)
        guard Set(members.map(\.name)) == Set(names), members.allSatisfy({ $0.value.asString != nil }) else {
            throw CommandFailure(
                "The key has several parts, and standard input is no object of them.",
                fix: "Give a JSON object with these texts: \(names.joined(separator: ", ")).")
        }
        return members.map { ($0.name, Array(($0.value.asString ?? "").utf8)) }
    }

    /// What is handed in.
    func sealed(_ value: consuming Secret) -> JSON {
        let bytes = key.seal(value, for: place)
        return [
            "v": .integer(SealedDeposit.version), "key": .string(key.id), "parts": .texts(place.parts),
            "sealed": .string(Base64URL.text(bytes)),
        ]
    }
}

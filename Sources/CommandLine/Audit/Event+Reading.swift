// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets
internal import Wire

extension Event {
    /// Why a JSON value is no event: the member that is missing, unknown or not what it should be.
    struct ReadingFault: Error, Equatable {
        let member: String
    }

    private static let names: Set = [
        "sequence", "id", "at", "action", "outcome", "caller", "address", "subject", "account", "details",
        "previous_hash", "hash",
    ]

    /// Reads an event as `GET /v1/events` gives it. Strict: a member that no hash covers would be a place to lie in.
    init(reading json: JSON) throws(ReadingFault) {
        if let stranger = (json.asObject ?? []).first(where: { !Event.names.contains($0.name) }) {
            throw ReadingFault(member: stranger.name)
        }
        self.init(
            sequence: try Event.member("sequence", json, \.asInteger),
            id: try Event.member("id", json) { $0.asString.flatMap { EventID($0) } },
            at: try Event.member("at", json) { $0.asString.flatMap { Instant($0) } },
            action: try Event.member("action", json, \.asString),
            outcome: try Event.member("outcome", json) { $0.asString.flatMap(Outcome.init(rawValue:)) },
            caller: try Event.member("caller", json, \.asString),
            address: try Event.optional("address", json, \.asString),
            subject: try Event.optional("subject", json, \.asString),
            account: try Event.optional("account", json) { $0.asString.flatMap { AccountID($0) } },
            details: try Event.member("details", json, Event.details),
            previous: try Event.member("previous_hash", json) { $0.asString.flatMap { Digest(hexadecimal: $0) } },
            hash: try Event.member("hash", json) { $0.asString.flatMap { Digest(hexadecimal: $0) } })
    }

    private static func member<Value>(
        _ name: String, _ json: JSON, _ read: (JSON) -> Value?
    ) throws(ReadingFault) -> Value {
        guard let value = json[name].flatMap(read) else { throw ReadingFault(member: name) }
        return value
    }

    private static func optional<Value>(
        _ name: String, _ json: JSON, _ read: (JSON) -> Value?
    ) throws(ReadingFault) -> Value? {
        guard let value = json[name], !value.isNull else { return nil }
        return try member(name, json, read)
    }

    /// The facts, sorted by name as they are hashed.
    private static func details(_ json: JSON) -> [Detail]? {
        guard let members = json.asObject else { return nil }
        var details: [Detail] = []
        for member in members {
            guard let value = member.value.asString else { return nil }
            details.append(Detail(member.name, value))
        }
        return details.sorted { $0.name < $1.name }
    }
}

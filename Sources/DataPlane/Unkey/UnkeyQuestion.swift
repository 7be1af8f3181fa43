// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Wire

/// One question of `POST /v2/keys.verifyKey`, as software written for Unkey asks it.
struct UnkeyQuestion {
    /// What the ranges of `question` are ranges of.
    private(set) var text: [UInt8] = []
    private(set) var question = Question(key: 0..<0)
    private(set) var limits: [UnkeyLimit] = []

    private static let longestKey = 512
    private static let mostTags = 20
    private static let longestTag = 256
    private static let longestPermissions = 1000
    private static let longestMigration = 256

    /// Reads the body's one object. A member that is null is as if it were not there.
    static func read(_ reader: inout JSONReader, _ body: Span<UInt8>) throws -> UnkeyQuestion {
        var question = UnkeyQuestion()
        try reader.beginObject(body)
        while let name = try reader.nextName(body) {
            if try reader.null(body) { continue }
            try question.readMember(name, &reader, body)
        }
        try reader.finish(body)
        guard !question.question.key.isEmpty else {
            throw UnkeyFault.invalid("/key", "There is no key to verify.", fix: "Give the key's text as `key`.")
        }
        return question
    }

    private mutating func readMember(_ name: JSONText, _ reader: inout JSONReader, _ body: Span<UInt8>) throws {
        if name.equals("key", in: body) {
            let key = try reader.string(body).unescaped(in: body)
            guard (1...Self.longestKey).contains(key.count) else {
                throw UnkeyFault.invalid(
                    "/key", "A key has 1 to 512 bytes.", fix: "Give the key as its holder shows it.")
            }
            question.key = append(key)
        } else if name.equals("permissions", in: body) {
            question.scopes = append(try Self.scopes(try reader.string(body).unescaped(in: body)))
        } else if name.equals("credits", in: body) {
            question.cost = try Self.credits(&reader, body)
        } else if name.equals("ratelimits", in: body) {
            limits = try UnkeyLimit.readAll(&reader, body)
        } else if name.equals("tags", in: body) {
            try readTags(&reader, body)
        } else if name.equals("migrationId", in: body) {
            // Keys are moved here by an import, not at their first use: there is nothing to fetch it from.
            guard try reader.string(body).unescaped(in: body).count <= Self.longestMigration else {
                throw UnkeyFault.invalid("/migrationId", "It is too long.", fix: "Leave it out; it means nothing here.")
            }
        } else {
            throw VerifyFault.unknownField(in: "", name.string(in: body))
        }
    }

    private mutating func append(_ bytes: [UInt8]) -> Range<Int> {
        let start = text.count
        text.append(contentsOf: bytes)
        return start..<text.count
    }

    private static func scopes(_ permissions: [UInt8]) throws -> [UInt8] {
        guard permissions.count <= longestPermissions, let query = UnkeyPermissions.query(permissions) else {
            throw UnkeyFault.invalid(
                "/permissions",
                "This is not a query of permissions, each `resource.action` or `resource:action`, of 1 to 1000 bytes.",
                fix: "Mend the query, for example documents.read AND (users.view OR users.edit).")
        }
        return query
    }

    private static func credits(_ reader: inout JSONReader, _ body: Span<UInt8>) throws -> Int64 {
        var cost: Int64 = 1
        try reader.beginObject(body)
        while let name = try reader.nextName(body) {
            guard name.equals("cost", in: body) else {
                throw VerifyFault.unknownField(in: "/credits", name.string(in: body))
            }
            cost = try VerifyQuestion.cost(&reader, body, "/credits/cost")
        }
        return cost
    }

    /// Tags change nothing about the answer, so those beyond what is counted here are passed over.
    private mutating func readTags(_ reader: inout JSONReader, _ body: Span<UInt8>) throws {
        try reader.beginArray(body)
        var count = 0
        while try reader.nextElement(body) {
            let tag = try reader.string(body).unescaped(in: body)
            count += 1
            guard count <= Self.mostTags, (1...Self.longestTag).contains(tag.count),
                tag.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else {
                throw UnkeyFault.invalid(
                    "/tags/\(count - 1)", "There are at most 20 tags of 1 to 256 printable characters.",
                    fix: "Shorten the list or the tag.")
            }
            if question.tags.count < VerifyQuestion.mostTags, tag.count <= VerifyQuestion.longestTag {
                question.tags.append(append(tag))
            }
        }
    }
}

/// What is wrong with a question in Unkey's shape, beside its JSON.
enum UnkeyFault: Error {
    case invalid(String, String, fix: String)
    /// A limit was named that the key has not, without saying what it is.
    case limitUnknown(String)

    var problem: Problem {
        switch self {
        case .invalid(let pointer, let detail, let fix):
            Problem(
                status: 400, code: "invalid_field", title: "Bad Request", detail: detail, fix: fix, pointer: pointer)
        case .limitUnknown(let name):
            Problem(
                status: 412, code: "limit_unknown", title: "Precondition Failed",
                detail: "The rate limit '\(name)' was asked for, and the key has none of that name.",
                fix: "Give the key that limit, or say `limit` and `duration` in the call.")
        }
    }
}

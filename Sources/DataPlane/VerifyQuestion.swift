// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Wire

/// One question of `/v1/verify` as it is read from JSON: ranges of the body where the text stands plainly, of `extra`
/// where it had to be resolved.
struct VerifyQuestion {
    /// Text that does not stand in the body as it is: unescaped strings, joined scopes. Its ranges begin at the
    /// body's end.
    private(set) var extra: [UInt8] = []
    private(set) var question = Question(key: 0..<0)
    /// For how long the call is reserved; nil when it is not.
    private(set) var reserves: Length?
    private var hasKey = false

    /// What a call may cost.
    static let costs: ClosedRange<Int64> = 0...1_000_000_000
    static let mostTags = 10
    static let longestTag = 64
    private static let reservations: ClosedRange<Length> = .seconds(1)...(.seconds(3600))
    private let bodyCount: Int

    private init(bodyCount: Int) { self.bodyCount = bodyCount }

    /// Reads one object. Faults in JSON are thrown as they are, faults in meaning as a problem.
    static func read(_ reader: inout JSONReader, _ body: Span<UInt8>, at pointer: String = "") throws -> VerifyQuestion
    {
        var question = VerifyQuestion(bodyCount: body.count)
        try reader.beginObject(body)
        while let name = try reader.nextName(body) {
            if name.equals("key", in: body) {
                question.question.key = question.place(try reader.string(body), body)
                question.hasKey = true
                guard question.isAtMost(8192, question.question.key, body) else {
                    throw VerifyFault.tooLong(pointer + "/key", characters: 8192)
                }
            } else if name.equals("scopes", in: body) {
                question.question.scopes = try question.scopes(&reader, body, pointer)
            } else if name.equals("address", in: body) {
                question.question.address = try question.address(try reader.string(body), body, pointer)
            } else if name.equals("method", in: body) {
                let method = question.place(try reader.string(body), body)
                guard question.isMethod(method, body) else { throw VerifyFault.method(pointer + "/method") }
                question.question.method = method
            } else if name.equals("path", in: body) {
                // In two steps: as one expression, the question from before `place` would be asked.
                let path = question.place(try reader.string(body), body)
                guard !path.isEmpty, question.byte(path.lowerBound, body) == 0x2F else {
                    throw VerifyFault.path(pointer + "/path")
                }
                guard question.isAtMost(8192, path, body) else {
                    throw VerifyFault.tooLong(pointer + "/path", characters: 8192)
                }
                question.question.path = question.withoutQuery(path, body)
            } else {
                guard try question.readRest(of: name, &reader, body, pointer) else {
                    throw VerifyFault.unknownField(in: pointer, name.string(in: body))
                }
            }
        }
        guard question.hasKey else { throw VerifyFault.missingKey(pointer + "/key") }
        return question
    }

    /// The members that fewer calls have. False when there is none of that name.
    private mutating func readRest(
        of name: JSONText, _ reader: inout JSONReader, _ body: Span<UInt8>, _ pointer: String
    ) throws -> Bool {
        if name.equals("cost", in: body) {
            question.cost = try Self.cost(&reader, body, pointer + "/cost")
        } else if name.equals("user_agent", in: body) {
            let agent = place(try reader.string(body), body)
            guard isAtMost(512, agent, body) else {
                throw VerifyFault.tooLong(pointer + "/user_agent", characters: 512)
            }
            question.userAgent = agent
        } else if name.equals("reserve_for", in: body) {
            guard let length = Length(try reader.string(body).string(in: body)), Self.reservations.contains(length)
            else { throw VerifyFault.reserveFor(pointer + "/reserve_for") }
            reserves = length
        } else if name.equals("tags", in: body) {
            try readTags(&reader, body, pointer + "/tags")
        } else {
            return false
        }
        return true
    }

    /// A whole number within bounds.
    static func cost(_ reader: inout JSONReader, _ body: Span<UInt8>, _ pointer: String) throws -> Int64 {
        let cost = try reader.integer(body)
        guard costs.contains(cost) else { throw VerifyFault.cost(pointer) }
        return cost
    }

    private mutating func readTags(_ reader: inout JSONReader, _ body: Span<UInt8>, _ pointer: String) throws {
        try reader.beginArray(body)
        while try reader.nextElement(body) {
            let tag = place(try reader.string(body), body)
            guard question.tags.count < Self.mostTags, !tag.isEmpty, isAtMost(Self.longestTag, tag, body),
                tag.allSatisfy({ byte($0, body) >= 0x20 && byte($0, body) != 0x7F })
            else { throw VerifyFault.tag("\(pointer)/\(question.tags.count)") }
            question.tags.append(tag)
        }
    }

    private mutating func place(_ text: JSONText, _ body: Span<UInt8>) -> Range<Int> {
        guard text.hasEscapes else { return text.slice.start..<text.slice.end }
        return append(text.unescaped(in: body))
    }

    private mutating func append(_ bytes: [UInt8]) -> Range<Int> {
        let start = bodyCount + extra.count
        extra.append(contentsOf: bytes)
        return start..<(start + bytes.count)
    }

    /// Whether there are no more characters than `limit`; counted only where there are more bytes.
    private func isAtMost(_ limit: Int, _ range: Range<Int>, _ body: Span<UInt8>) -> Bool {
        range.count <= limit || range.count(where: { byte($0, body) & 0xC0 != 0x80 }) <= limit
    }

    private func isMethod(_ range: Range<Int>, _ body: Span<UInt8>) -> Bool {
        (1...32).contains(range.count)
            && range.allSatisfy { position in
                let byte = byte(position, body)
                return (0x41...0x5A).contains(byte) || byte == 0x2D
            }
    }

    private func withoutQuery(_ range: Range<Int>, _ body: Span<UInt8>) -> Range<Int> {
        for position in range where byte(position, body) == 0x3F { return range.lowerBound..<position }
        return range
    }

    private func byte(_ position: Int, _ body: Span<UInt8>) -> UInt8 {
        position < bodyCount ? body[position] : extra[position - bodyCount]
    }

    private func address(_ text: JSONText, _ body: Span<UInt8>, _ pointer: String) throws -> IPAddress {
        guard let address = IPAddress(text.string(in: body)) else { throw VerifyFault.address(pointer + "/address") }
        return address
    }

    /// A query as one string, or a list of scopes that are all needed.
    private mutating func scopes(
        _ reader: inout JSONReader, _ body: Span<UInt8>, _ pointer: String
    ) throws -> Range<Int>? {
        guard try reader.isArrayNext(body) else {
            let text = try reader.string(body)
            let query = text.unescaped(in: body)
            guard ScopeQuery.isReadable(query) else { throw VerifyFault.unreadableScopes(pointer + "/scopes") }
            return text.hasEscapes ? append(query) : text.slice.start..<text.slice.end
        }
        try reader.beginArray(body)
        var single: Range<Int>?
        var joined: [UInt8] = []
        var count = 0
        while try reader.nextElement(body) {
            let text = try reader.string(body)
            guard count < 100, Self.isScope(text, body) else { throw VerifyFault.scope("\(pointer)/scopes/\(count)") }
            if count == 0, !text.hasEscapes { single = text.slice.start..<text.slice.end }
            if count == 1, let first = single {
                joined = body.copy(Slice(start: first.lowerBound, end: first.upperBound))
                single = nil
            }
            if single == nil { joined.append(contentsOf: (joined.isEmpty ? [] : Self.and) + text.unescaped(in: body)) }
            count += 1
        }
        return single ?? (joined.isEmpty ? nil : append(joined))
    }

    private static let and = Array(" AND ".utf8)

    private static func isScope(_ text: JSONText, _ body: Span<UInt8>) -> Bool {
        guard text.hasEscapes else { return ScopeQuery.isScope(body, text.slice.start..<text.slice.end) }
        let bytes = text.unescaped(in: body)
        return ScopeQuery.isScope(bytes.span, 0..<bytes.count)
    }
}

/// What is wrong with a question, beside its JSON.
enum VerifyFault: Error {
    case unknownField(String)
    case missingKey(String)
    case address(String)
    case path(String)
    case tooLong(String, characters: Int)
    case method(String)
    case scope(String)
    case unreadableScopes(String)
    case cost(String)
    case tag(String)
    case reserveFor(String)
    case reservation(String)
    case tooMany
    case empty

    /// A field that is not known; its name is escaped as a pointer wants it (RFC 6901, section 3).
    static func unknownField(in parent: String, _ name: String) -> VerifyFault {
        var escaped = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return .unknownField("\(parent)/\(escaped)")
    }

    var problem: Problem {
        switch self {
        case .unknownField(let pointer):
            Problem(
                status: 422, code: "unknown_field", title: "Unknown field", detail: "There is no such field.",
                fix:
                    "Leave it out; known are key, scopes, address, method, path, cost, tags, user_agent and reserve_for.",
                pointer: pointer)
        case .missingKey(let pointer):
            Problem(
                status: 422, code: "missing_field", title: "Field missing", detail: "There is no key to verify.",
                fix: "Give the key's text as `key`.", pointer: pointer)
        case .address(let pointer):
            Problem(
                status: 422, code: "invalid_field", title: "Not an address",
                detail: "This is not an IPv4 or IPv6 address.",
                fix: "Give the address of whoever makes the call, such as 192.0.2.7.", pointer: pointer)
        case .method(let pointer):
            Problem(
                status: 422, code: "invalid_field", title: "Not a method",
                detail: "A method is 1 to 32 of A to Z and -.",
                fix: "Give the method of the call, such as POST.", pointer: pointer)
        case .tooLong(let pointer, let characters):
            Problem(
                status: 422, code: "invalid_field", title: "Too long",
                detail: "This holds at most \(characters) characters.", fix: "Shorten it.", pointer: pointer)
        case .path(let pointer):
            Problem(
                status: 422, code: "invalid_field", title: "Not a path", detail: "A path begins with a slash.",
                fix: "Give the path of the call, such as /labels.", pointer: pointer)
        case .scope(let pointer):
            Problem(
                status: 422, code: "invalid_field", title: "Not a scope",
                detail: "This is not a scope, or there are more than 100.",
                fix: "Write scopes as resource:action.", pointer: pointer)
        case .cost(let pointer):
            Problem(
                status: 422, code: "invalid_field", title: "Not a cost",
                detail: "A cost is a whole number from 0 to 1000000000.",
                fix: "Give what the call takes; 0 looks only.",
                pointer: pointer)
        case .tag(let pointer):
            Problem(
                status: 422, code: "invalid_field", title: "Not a tag",
                detail: "A call has at most 10 tags of 1 to 64 printable characters.",
                fix: "Shorten the list or the tag.",
                pointer: pointer)
        case .reserveFor(let pointer):
            Problem(
                status: 422, code: "invalid_field", title: "Not a reservation's length",
                detail: "A call is reserved for 1s to 1h.", fix: "Give a length such as 60s.", pointer: pointer)
        case .reservation(let pointer):
            Problem(
                status: 422, code: "invalid_field", title: "Not a reservation",
                detail: "There is no id of a reservation.",
                fix: "Give the id that /v1/verify answered, res_….", pointer: pointer)
        case .unreadableScopes(let pointer):
            Problem(
                status: 422, code: "invalid_field", title: "Scopes not readable",
                detail: "This is not `resource:action` joined with AND, OR and parentheses.",
                fix: "Mend the query, for example labels:create AND (orders:read OR orders:write).", pointer: pointer)
        case .tooMany:
            Problem(
                status: 422, code: "invalid_field", title: "Too many items",
                detail: "A batch holds at most 1,000 keys.",
                fix: "Split the batch.", pointer: "/items")
        case .empty:
            Problem(
                status: 422, code: "invalid_field", title: "No items", detail: "A batch holds at least one key.",
                fix: "Give items.", pointer: "/items")
        }
    }

    /// The problem that a broken JSON text is.
    static func problem(_ fault: JSONFault) -> Problem {
        switch fault.code {
        case .expectedObject, .expectedArray, .expectedString, .expectedInteger, .expectedBool:
            Problem(
                status: 422, code: "wrong_type", title: "Wrong type",
                detail: "The value is of another type than the field.",
                fix: "See /openapi.yaml for the types.", pointer: fault.pointer)
        case .duplicateName:
            Problem(
                status: 400, code: "duplicate_name", title: "Name given twice",
                detail: "An object holds the same name twice.",
                fix: "Give each name once.", pointer: fault.pointer)
        default:
            Problem(
                status: 400, code: "invalid_json", title: "Not JSON",
                detail: "The body is not the JSON that is expected (\(fault.code.rawValue) at byte \(fault.offset)).",
                fix: "Send one JSON object in UTF-8.", pointer: fault.pointer)
        }
    }
}

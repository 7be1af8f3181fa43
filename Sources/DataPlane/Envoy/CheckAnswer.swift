// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// `envoy.service.auth.v3.CheckResponse`, written as gRPC sends it: a byte and a length before the message.
///
/// Field numbers are those of envoy/service/auth/v3/external_auth.proto.
enum CheckAnswer {
    /// Where the key stood; there Envoy takes it out before it sends the call on.
    struct KeyPlaces {
        let isInAuthorization: Bool
        let isInAPIKey: Bool
        let isInQuery: Bool

        /// An `Authorization` beside an `X-API-Key` is the application's own, unless it shows the same key.
        init(_ fields: FieldSection, _ bytes: Span<UInt8>, key: Range<Int>, isFromQuery: Bool) {
            isInQuery = isFromQuery
            isInAPIKey = fields.contains(.xAPIKey)
            guard !isFromQuery, let authorization = fields.first(.authorization)?.value else {
                isInAuthorization = false
                return
            }
            let shown = Slice(start: key.lowerBound, end: key.upperBound)
            isInAuthorization = !isInAPIKey || CheckAnswer.shows(authorization, shown, bytes)
        }
    }

    /// Whether an `Authorization` shows this very key, as a bearer's or as the user's of Basic.
    private static func shows(_ authorization: Slice, _ key: Slice, _ bytes: Span<UInt8>) -> Bool {
        if bytes.startsIgnoringCase(authorization, with: "bearer "), authorization.count > key.count {
            return bytes.equals(Slice(start: authorization.end - key.count, end: authorization.end), key)
        }
        guard bytes.startsIgnoringCase(authorization, with: "basic "), authorization.count > 6 else { return false }
        let encoded = bytes.trimmed(Slice(start: authorization.start + 6, end: authorization.end))
        return Base64.decode(bytes, encoded).map { bytes.equals(key, Array($0.prefix { $0 != 0x3A })) } ?? false
    }

    /// `OkHttpResponse`: every identity header, overwriting what the client sent under its name, and no key.
    static func writeAllowed(
        _ contents: borrowing KeyIndex.Contents, _ approved: AuthorizeCore.Approved, _ tally: borrowing Tally,
        _ places: KeyPlaces, into page: inout CheckPage
    ) {
        let key = approved.key
        page.part.clear()
        page.lines.clear()
        writeIdentity(contents, approved, into: &page.part)
        if places.isInAuthorization { page.part.writeText("authorization", field: 5) }
        if places.isInAPIKey { page.part.writeText("x-api-key", field: 5) }
        let portrait = contents.portrait(key)
        if portrait.isRetiring { RetiringNotice(portrait)?.write(into: &page.lines) }
        LimitAnswer.write(tally, contents.limits(of: key), into: &page.lines)
        page.part.writeOptions(of: page.lines, field: 6)
        if places.isInQuery { page.part.writeText("api_key", field: 8) }
        writeMessage(status: 0, part: 3, page.part, into: &page.message)
    }

    @inline(__always)
    private static func writeIdentity(
        _ contents: borrowing KeyIndex.Contents, _ approved: AuthorizeCore.Approved, into out: inout ByteBuffer
    ) {
        let key = approved.key
        let portrait = contents.portrait(key)
        out.writeOption("x-bitting-key-id", field: 2, count: 30) { pen in
            pen.write("key_")
            pen.write(identifier: (portrait.id.high, portrait.id.low))
        }
        let (word, prefix): (StaticString, StaticString) =
            switch portrait.owner {
            case .account: ("account", "acc_")
            case .app: ("app", "app_")
            case .user: ("user", "usr_")
            }
        out.writeOption("x-bitting-owner-type", field: 2, count: word.utf8CodeUnitCount) { $0.write(word) }
        out.writeOption("x-bitting-owner-id", field: 2, count: 30) { pen in
            pen.write(prefix)
            pen.write(identifier: portrait.owner.bits)
        }
        out.writeOption("x-bitting-account", field: 2, count: 30) { pen in
            pen.write("acc_")
            pen.write(identifier: (portrait.account.high, portrait.account.low))
        }
        let keyspace = contents.keyspaceName(of: key)
        out.writeOption("x-bitting-keyspace", field: 2, count: keyspace.utf8.count) { $0.write(keyspace) }
        let environment = contents.environment(of: key)
        out.writeOption("x-bitting-environment", field: 2, count: environment.utf8.count) { $0.write(environment) }
        let scopes = contents.scopeText(of: key, by: approved.token)
        out.writeOption("x-bitting-scopes", field: 2, count: scopes.count) { $0.write(scopes) }
        let principal = approved.principal
        out.writeOption("x-bitting-principal", field: 2, count: principal.count) { $0.write(principal) }
    }

    /// `DeniedHttpResponse`: what the client gets.
    static func write(_ problem: Problem, into out: inout ByteBuffer) {
        var denied = ByteBuffer()
        // `HttpStatus.code`
        denied.writeTag(1, kind: 2)
        denied.writeVarint(1 + varintCount(problem.status))
        denied.writeTag(1, kind: 0)
        denied.writeVarint(problem.status)
        var lines = ByteBuffer(string: "Content-Type: application/problem+json\r\n")
        problem.writeFields(into: &lines)
        denied.writeOptions(of: lines, field: 2)
        var body = ByteBuffer()
        problem.writeBody(into: &body)
        denied.writeTag(3, kind: 2)
        denied.writeVarint(body.readableBytes)
        denied.writeImmutableBuffer(body)
        writeMessage(status: status(of: problem), part: 2, denied, into: &out)
    }

    /// `google.rpc.Code` for the status of a refusal.
    private static func status(of problem: Problem) -> Int {
        switch problem.status {
        case 401: 16
        case 403: 7
        case 429: 8
        case 503: 14
        default: 3
        }
    }

    /// The message around one part: `status`, then the answer to Envoy.
    private static func writeMessage(status: Int, part: Int, _ content: ByteBuffer, into out: inout ByteBuffer) {
        let count = content.readableBytes
        let statusCount = status == 0 ? 0 : 2
        out.writeInteger(UInt8(0))
        out.writeInteger(UInt32(2 + statusCount + 1 + varintCount(count) + count))
        out.writeTag(1, kind: 2)
        // A `status` with nothing in it says OK.
        out.writeVarint(statusCount)
        if status != 0 {
            out.writeTag(1, kind: 0)
            out.writeVarint(status)
        }
        out.writeTag(part, kind: 2)
        out.writeVarint(count)
        out.writeImmutableBuffer(content)
    }

    /// The answers to refused keys, made at first use, one a code.
    static let refusals: [(message: ByteBuffer, status: Int)] = VerdictCode.allCases.map { code in
        guard let problem = WrittenRefusals.problem(code) else { return (ByteBuffer(), 500) }
        var message = ByteBuffer()
        write(problem, into: &message)
        return (message, problem.status)
    }

    /// `HealthCheckResponse` that says SERVING (grpc.health.v1).
    static let serving = ByteBuffer(bytes: [0, 0, 0, 0, 2, 0x08, 0x01])
}

/// What one answer is written in, kept from call to call for its storage.
struct CheckPage {
    /// The whole message.
    var message = ByteBuffer()
    /// The part of it that is for Envoy, whose length comes first.
    var part = ByteBuffer()
    /// Header lines as HTTP/1.1 has them.
    var lines = ByteBuffer()
}

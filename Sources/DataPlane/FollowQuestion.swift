// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Secrets
internal import Wire

/// One question of `/v1/follow` as it is read from JSON.
struct FollowQuestion {
    private(set) var follower: FollowerID?
    private(set) var after: Int64 = 0
    private(set) var uses: [ReportedUse] = []

    /// How many secrets one report may name.
    static let mostUses = 1000
    private static let longestScopes = 2000

    /// Reads a body. Faults in JSON are thrown as they are, faults in meaning as a refusal.
    init(_ body: Span<UInt8>) throws {
        guard let members = try JSON.parse(body).asObject else { throw Self.fault("", "There is no JSON object.") }
        for member in members {
            switch (member.name, member.value) {
            case ("follower", .null), ("after", .null): break
            case ("follower", .string(let text)):
                guard let id = FollowerID(text) else { throw Self.fault("/follower", "This is no id of a follower.") }
                follower = id
            case ("after", .integer(let number)) where number >= 0: after = number
            case ("uses", .array(let reports)):
                guard reports.count <= Self.mostUses else {
                    throw Self.fault("/uses", "A report names at most 1,000 secrets.")
                }
                uses = try reports.enumerated().map { try Self.use($1, at: "/uses/\($0)") }
            case ("follower", _), ("after", _), ("uses", _):
                throw Self.fault("/" + member.name, "The field does not take this value.")
            default: throw VerifyFault.unknownField(in: "", member.name)
            }
        }
    }

    private static func use(_ json: JSON, at pointer: String) throws -> ReportedUse {
        var (digest, count): (Digest?, UInt32?) = (nil, nil)
        var (scopes, address, agent): ([UInt8]?, IPAddress?, [UInt8]?) = (nil, nil, nil)
        guard let members = json.asObject else { throw fault(pointer, "A use is an object.") }
        for member in members {
            switch (member.name, member.value) {
            case ("digest", .string(let text)) where text.hasPrefix("sha256:"):
                digest = Digest(hexadecimal: String(text.dropFirst(7)))
            case ("count", .integer(let number)) where ReportedUse.counts.contains(number): count = UInt32(number)
            case ("address", .null), ("scopes", .null), ("user_agent", .null): break
            case ("address", .string(let text)):
                address = IPAddress(text)
                guard address != nil else { throw fault(pointer + "/address", "This is not an address.") }
            case ("scopes", .string(let text)) where isReadable(text): scopes = Array(text.utf8)
            case ("user_agent", .string(let text)) where text.unicodeScalars.count <= 512: agent = Array(text.utf8)
            case ("digest", _), ("count", _), ("address", _), ("scopes", _), ("user_agent", _):
                throw fault("\(pointer)/\(member.name)", "The field does not take this value.")
            default: throw VerifyFault.unknownField(in: pointer, member.name)
            }
        }
        guard let digest, let count else { throw fault(pointer, "A use has a digest and a count.") }
        return ReportedUse(digest: digest, count: count, scopes: scopes, address: address, userAgent: agent)
    }

    private static func isReadable(_ scopes: String) -> Bool {
        scopes.utf8.count <= longestScopes && ScopeQuery.isReadable(Array(scopes.utf8))
    }

    private static func fault(_ pointer: String, _ detail: String) -> CallerRefusal {
        CallerRefusal(
            problem: Problem(
                status: 422, code: "invalid_field", title: "Not what is expected", detail: detail,
                fix: "See /openapi.yaml for the form of a question.", pointer: pointer))
    }
}

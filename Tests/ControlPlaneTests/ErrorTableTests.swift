// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Testing
import Wire

@testable import ControlPlane

@Suite struct ErrorTableTests {
    struct Surprise: Error, CustomStringConvertible {
        var description: String { "canary in a description" }
    }

    @Test(arguments: [
        (Refusal.unauthenticated as any Error, 401, "unauthenticated"),
        (Refusal.missingScope(Permission.keysWrite), 403, "missing_scope"),
        (Refusal.wouldEscalate(pointer: "/scopes", detail: "d"), 403, "would_escalate"),
        (Refusal.notFound("key"), 404, "not_found"),
        (Refusal.invalid(pointer: "/a", detail: "d", fix: "f"), 422, "invalid_field"),
        (Refusal.conflict(detail: "d", fix: "f"), 409, "conflict"),
        (Refusal.changedMeanwhile(revision: 3), 412, "changed_meanwhile"),
        (StorageFailure.engine("insert key"), 500, "internal"), (StorageFailure.unreadable("key"), 500, "internal"),
        (StorageFailure.full, 507, "storage_full"), (RequestFault.notReady, 503, "unavailable"),
        (RequestFault.bodyTooLarge(longest: 1024), 413, "body_too_large"),
        (RequestFault.tooManyVisitors(retryAfter: 60), 429, "too_many_visitors"), (Surprise(), 500, "internal"),
        (HeadFault.headTooLarge, 431, "head_too_large"), (HeadFault.spaceBeforeColon, 400, "malformed_http"),
    ])
    func `each error has one answer`(_ error: any Error, _ status: Int, _ code: String) throws {
        let problem = Problem(of: error)
        #expect(problem.status.code == status)
        #expect(problem.code == code)
        let json = try JSON.parse(problem.bytes)
        #expect(json["type"] == .string("urn:bitting:problem:\(code)"))
        #expect(json["status"] == .integer(Int64(status)))
        #expect(json["fix"]?.asString?.isEmpty == false)
    }

    @Test func `what broke on our side is not told`() {
        for error in [Surprise(), StorageFailure.engine("canary")] as [any Error] {
            let text = String(decoding: Problem(of: error).bytes, as: UTF8.self)
            #expect(!text.contains("canary"))
            #expect(Problem(of: error).isOurs)
        }
    }

    @Test(arguments: HeadFault.allCases)
    func `every fault of a head has a problem of its status`(_ fault: HeadFault) {
        #expect(Problem(fault).status.code == fault.status)
    }
}

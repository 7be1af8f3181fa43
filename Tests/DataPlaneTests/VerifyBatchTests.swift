// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing
import Wire

@Suite struct VerifyBatchTests {
    @Test("a batch answers each item in its place, and takes a thousand of them")
    func batch() async throws {
        let scene = VerifyScene()
        let item = "{\"key\":\"\(scene.sample.string)\",\"scopes\":\"orders\\u003aread\"}"
        let rows: [(String, Int, String?)] = [
            ("{\"items\":[]}", 422, "/items"), ("{}", 422, "/items"), ("[]", 422, ""), ("{\"items\":7}", 422, "/items"),
            ("{\"items\":[7]}", 422, "/items/0"),
            ("{\"items\":[{}]}", 422, "/items/0/key"),
            ("{\"items\":[\(item),{\"key\":\"a\",\"scope\":\"a:b\"}]}", 422, "/items/1/scope"),
            ("{\"items\":[\(item),{\"key\":\"\(scene.sample.string)\",\"scopes\":\"(\"}]}", 422, "/items/1/scopes"),
            ("{\"items\":[\(item)],\"x\":1}", 422, "/x"),
            ("{\"items\":[\(item)],\"items\":[\(item)]}", 400, "/items"),
            (
                "{\"items\":[" + [String](repeating: "{\"key\":\"a\"}", count: 1001).joined(separator: ",") + "]}", 422,
                "/items"
            ),
        ]
        try await Server.with(scene.changes) { (server) async throws in
            for (body, status, pointer) in rows {
                let answer = try await server.ask(scene.post(body, to: "/v1/verify/batch"))
                #expect(
                    answer.status == status && (answer.pointer ?? "") == (pointer ?? ""),
                    "\(body.prefix(80)) \(answer.text)")
            }
            let items = (0..<1000).map {
                $0 % 3 == 0 ? item : $0 % 3 == 1 ? "{\"key\":\"\\u0061\"}" : "{\"key\":\"\(scene.routed.string)\"}"
            }
            let answer = try await server.ask(
                scene.post("{\"items\":[\(items.joined(separator: ","))]}", to: "/v1/verify/batch"))
            let codes = answer.json?["results"]?.asArray?.compactMap { $0["code"]?.asString }
            #expect(codes == (0..<1000).map { ["valid", "malformed", "address_denied"][$0 % 3] })
        }
    }
}

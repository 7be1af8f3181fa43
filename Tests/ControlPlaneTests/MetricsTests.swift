// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite struct MetricsTests {
    @Test func `requests are counted by operation and status`() async throws {
        try await withWorld { (client: Client) async throws in
            _ = try await client.get("/v1/keys")
            _ = try await client.get("/v1/keys")
            _ = try await client.get("/v1/keys/x")
            _ = try await client.get("/v1/nowhere/canary")
            let reply = try await client.get("/metrics")
            #expect(reply.fields[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
            let lines = reply.body.split(separator: "\n")
            #expect(lines.contains(#"bitting_requests_total{plane="control",route="listKeys",code="200"} 2"#))
            #expect(lines.contains(#"bitting_requests_total{plane="control",route="readKey",code="404"} 1"#))
            #expect(lines.contains(#"bitting_requests_total{plane="control",route="none",code="404"} 1"#))
            #expect(lines.contains("bitting_up 1"))
            #expect(!reply.body.contains("canary"))
        }
    }

    @Test func `lines of one family stand together`() {
        let counts = CallCounts()
        counts.count("a", 200)
        let other = """
            # TYPE bitting_requests_total counter
            bitting_requests_total{plane="data",route="verify",code="200"} 1
            # TYPE bitting_keys gauge
            bitting_keys 1

            """
        #expect(
            counts.added(to: other) == """
                # TYPE bitting_requests_total counter
                bitting_requests_total{plane="data",route="verify",code="200"} 1
                bitting_requests_total{plane="control",route="a",code="200"} 1
                # TYPE bitting_keys gauge
                bitting_keys 1

                """)
    }
}

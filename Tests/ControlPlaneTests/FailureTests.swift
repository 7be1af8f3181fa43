// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import ControlPlane

/// What breaks on our side.
@Suite struct FailureTests {
    struct Surprise: Error, CustomStringConvertible {
        var description: String { "canary of an error" }
    }

    /// Keeps what is logged.
    struct Notebook: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.add("\(event.level) \(event.message) \(event.metadata ?? [:])")
        }
    }

    final class Lines: Sendable {
        private let all = Mutex<[String]>([])
        var text: String { all.withLock { $0.joined(separator: "\n") } }
        func add(_ line: String) { all.withLock { $0.append(line) } }
    }

    @Test func `an unknown error is a bare 500 and one line in the log without anything of the request`() async throws {
        let world = try await World()
        var ports = world.ports
        ports.events = { _, _, _, _, _ in throw Surprise() }
        ports.isReady = { false }
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Notebook(lines: lines) }
        let app = controlPlane(ports: ports, host: "127.0.0.1", port: 0, logger: logger)
        try await app.test(.live) { http in
            let client = Client(world: world, http: http, key: world.managerKey)
            let reply = try await client.get("/v1/events?action=canary.request", [.apiKey: world.managerKey])
            #expect(reply.status == 500)
            #expect(reply.text("code") == "internal")
            #expect(!reply.body.contains("canary"))
            _ = try await client.post("/v1/credentials", #"{"value":"canary of a value"}"#)
            #expect(try await client.get("/readyz").status == 503)
        }
        #expect(lines.text.contains("listEvents"))
        #expect(lines.text.contains("Surprise"))
        #expect(!lines.text.contains("canary"))
        #expect(!lines.text.contains(world.managerKey))
    }
}

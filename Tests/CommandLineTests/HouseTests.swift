// SPDX-License-Identifier: Apache-2.0
import Access
import Synchronization
import Testing

@testable import CommandLine

@Suite("init and serve")
struct HouseTests {
    private static let report = InitReport(
        dataDirectory: "/srv/my bitting", masterKeyFile: "/srv/my bitting/master.key", masterKeyID: "0011aabb",
        managementKey: Array("bitting_live_first".utf8))

    private static func stage(initialized: @escaping @Sendable (InitOptions) throws -> InitReport) -> Stage {
        var stage = Stage(environment: [:])
        stage.house.initialize = { try initialized($0) }
        return stage
    }

    @Test("init says where things are, the first key once, and what to do next")
    func initialize() async {
        let stage = HouseTests.stage { options in
            #expect(options == InitOptions(dataDirectory: "/srv/my bitting"))
            return HouseTests.report
        }
        let run = await stage.run("init", "--data", "/srv/my bitting")
        #expect(run.status == 0)
        #expect(
            run.output == """
                Data directory:  /srv/my bitting
                Master key:      /srv/my bitting/master.key (id 0011aabb)
                                 Keep a copy of this file away from the data: without it what is held is lost.

                The first management key, shown only now:
                bitting_live_first

                Next:
                  bitting serve --data '/srv/my bitting'
                  export BITTING_KEY=…    (the management key above)
                  bitting keyspace create --name shop --prefix shop

                """)
        #expect(run.errors == "")
    }

    @Test("init reports to a program in JSON")
    func initializeJSON() async {
        let run = await HouseTests.stage { _ in HouseTests.report }.run("init", "--data", "x", "--json")
        #expect(
            run.output == """
                {"data":"/srv/my bitting","master_key_file":"/srv/my bitting/master.key","master_key_id":"0011aabb",\
                "management_key":"bitting_live_first"}

                """)
    }

    @Test("A house that refuses ends with 2 and its own fix")
    func refused() async {
        let stage = HouseTests.stage { _ in throw HouseFailure("x is initialised already.", fix: "Choose another.") }
        let run = await stage.run("init", "--data", "x")
        #expect(run.status == 2)
        #expect(run.output == "")
        #expect(run.errors == "error: x is initialised already.\nfix: Choose another.\n")
    }

    @Test("Of an error that nobody foresaw only the type is shown")
    func unforeseen() async {
        struct Odd: Error { let secret = "s3cret" }
        let run = await HouseTests.stage { _ in throw Odd() }.run("init", "--data", "x")
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("error: Something broke: Odd."))
        #expect(!run.errors.contains("s3cret"))
    }

    /// What `serve` is asked for by these words and variables.
    private func served(_ words: [String], _ environment: [String: String] = [:]) async throws -> ServeOptions {
        let asked = Box<ServeOptions>()
        var stage = Stage(environment: environment)
        stage.house.serve = { asked.set($0) }
        let run = await stage.run(["serve"] + words)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "")
        return try #require(asked.value)
    }

    @Test("serve has its standard addresses, and trusts loopback")
    func standard() async throws {
        let options = try await served(["--data", "d"])
        #expect(options.dataDirectory == "d")
        #expect(options.dataAddress.description == "127.0.0.1:7100")
        #expect(options.controlAddress.description == "127.0.0.1:7101")
        #expect(options.database == .sqlite)
        #expect(options.masterKey == nil)
        #expect(options.dataThreads == nil)
        #expect(options.trustedPeers.map(\.description) == ["127.0.0.0/8", "::1/128"])
        #expect(options.checkpoints == CheckpointOptions(places: [], allowedPrivate: [], every: .seconds(60)))
        #expect(options.checkpoints.longestSilence == .seconds(59 * 60))
    }

    @Test("serve is told second places for checkpoints by flags, or by variables with commas")
    func checkpoints() async throws {
        let places: [CheckpointPlace] = [
            .file("/var/log/a b"), .localSyslog, .syslog(host: "log.example", port: 514),
            .syslog(host: "[::1]", port: 1),
            .webhook("https://h.example/x,y?z"),
        ]
        let words = [
            "file:///var/log/a b", "syslog", "syslog://log.example:514", "syslog://[::1]:1", "https://h.example/x,y?z",
        ]
        let byFlag = try await served(
            ["--data", "d", "--checkpoints-every", "5m", "--checkpoints-allow-private", "10.0.0.0/8"]
                + words.flatMap { ["--checkpoints-to", $0] })
        let range = try #require(AddressRange("10.0.0.0/8"))
        #expect(
            byFlag.checkpoints == CheckpointOptions(places: places, allowedPrivate: [range], every: .seconds(300)))
        let byVariable = try await served(
            ["--data", "d"],
            [
                "BITTING_CHECKPOINTS_TO": words.dropLast().joined(separator: ", "),
                "BITTING_CHECKPOINTS_ALLOW_PRIVATE": "10.0.0.0/8", "BITTING_CHECKPOINTS_EVERY": "1s",
            ])
        #expect(
            byVariable.checkpoints
                == CheckpointOptions(places: places.dropLast(), allowedPrivate: [range], every: .seconds(1)))
    }

    @Test("Every flag of serve has a variable, and the flag wins")
    func variables() async throws {
        let environment = [
            "BITTING_DATA": "e", "BITTING_DATA_ADDRESS": "[::1]:0", "BITTING_CONTROL_ADDRESS": "0.0.0.0:1",
            "BITTING_DATABASE": "postgres://u@h/d", "BITTING_MASTER_KEY": "/k", "BITTING_DATA_THREADS": "3",
            "BITTING_TRUSTED_PEERS": "10.1.0.0/16, fd00::/8",
        ]
        let byVariable = try await served([], environment)
        #expect(
            byVariable
                == ServeOptions(
                    dataDirectory: "e", dataAddress: try #require(ListenAddress("[::1]:0")),
                    controlAddress: try #require(ListenAddress("0.0.0.0:1")),
                    database: .postgres(url: "postgres://u@h/d"),
                    masterKey: "/k", dataThreads: 3,
                    trustedPeers: [try #require(AddressRange("10.1.0.0/16")), try #require(AddressRange("fd00::/8"))]))
        let byFlag = try await served(
            [
                "--data", "f", "--data-address", "127.0.0.1:2", "--control-address", "localhost:3", "--database",
                "sqlite",
                "--master-key", "/f", "--data-threads", "4", "--trusted-peer", "1.2.3.4", "--trusted-peer", "::/0",
            ], environment)
        #expect(
            byFlag
                == ServeOptions(
                    dataDirectory: "f", dataAddress: try #require(ListenAddress("127.0.0.1:2")),
                    controlAddress: try #require(ListenAddress("127.0.0.1:3")), database: .sqlite, masterKey: "/f",
                    dataThreads: 4,
                    trustedPeers: [try #require(AddressRange("1.2.3.4")), try #require(AddressRange("::/0"))]))
    }

    @Test(
        "A setting of serve that makes no sense is refused",
        arguments: [
            ["--data-address", "7100"], ["--data-address", "127.0.0.1"], ["--data-address", "example.org:80"],
            ["--data-address", "::1:7100"], ["--data-address", "127.0.0.1:65536"], ["--data-address", "[::1:1"],
            ["--control-address", "127.0.0.1:-1"], ["--data-threads", "0"], ["--data-threads", "two"],
            ["--database", "mysql://secret@h"], ["--checkpoints-to", "ftp://secret"],
            ["--checkpoints-to", "file:secret"],
            ["--checkpoints-to", "file://secret/x"], ["--checkpoints-to", "syslog://h:0"],
            ["--checkpoints-to", "syslog://secret"], ["--checkpoints-every", "0s"], ["--checkpoints-every", "61m"],
            ["--checkpoints-every", "often"],
        ])
    func nonsense(_ words: [String]) async {
        let run = await Stage(environment: [:]).run(["serve", "--data", "d"] + words)
        #expect(run.status == 2)
        #expect(run.errors.contains("\nfix: "))
        #expect(!run.errors.contains("secret"))
        #expect(!run.errors.contains("No house"))
    }
}

/// A value that is set from elsewhere.
private final class Box<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)
    var value: Value? { content.withLock { $0 } }
    func set(_ value: Value) { content.withLock { $0 = value } }
}

// SPDX-License-Identifier: Apache-2.0
import Access
import BittingClient
import Synchronization
import Testing

@testable import CommandLine

@Suite("vault, backup and restore")
struct VaultCommandTests {
    private static let id = "0123456789abcdef"

    @Test("rekey has a running server seal the vault under the key that is staged, named by its id")
    func online() async {
        var stage = Stage(answers: [.json(#"{"master_key_id":"0123456789abcdef","term":1,"data_keys":2}"#)])
        stage.house.vault.rekey = { options in
            #expect(options == RekeyOptions(dataDirectory: "d", masterKey: "/old", next: "credential:next"))
            return RekeyReport(id: Self.id, source: "credential:next", isInForce: false)
        }
        let run = await stage.run(
            "vault", "rekey", "--data", "d", "--master-key", "/old", "--to", "credential:next")
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.calls.map(\.summary) == [
                "POST http://127.0.0.1:7101/v1/vault/rotate-master-key\n{\"master_key_id\":\"0123456789abcdef\"}"
            ])
        #expect(
            run.output == """
                The vault is under master key 0123456789abcdef now.
                Start the server with --master-key credential:next from now on.
                Then destroy the old key and its copies.

                """)
    }

    @Test("rekey calls nobody where it was done already, and needs no key for that")
    func offline() async {
        var stage = Stage(environment: ["BITTING_DATA": "d"])
        stage.house.vault.rekey = { options in
            #expect(options == RekeyOptions(dataDirectory: "d"))
            return RekeyReport(id: Self.id, source: "file:d/master.key", isInForce: true)
        }
        let run = await stage.run("vault", "rekey")
        #expect(run.status == 0 && run.calls.isEmpty)
        #expect(run.output.contains("kept beside it under its own id"))
    }

    @Test("a server that refuses is told, and nothing is claimed")
    func refused() async {
        var stage = Stage(answers: [.problem(409, #"{"code":"conflict","title":"Not now","fix":"Try again."}"#)])
        stage.house.vault.rekey = { _ in RekeyReport(id: Self.id, source: "s", isInForce: false) }
        let run = await stage.run("vault", "rekey", "--data", "d")
        #expect(run.status == 1 && run.output == "")
    }

    @Test("a backup is reported with its two files")
    func backup() async {
        var stage = Stage(environment: [:])
        stage.house.vault.backup = { options in
            #expect(
                options
                    == BackupOptions(
                        dataDirectory: "d", masterKey: nil, file: "b/one", keysFile: nil, replaces: false))
            return BackupReport(
                file: "b/one", keysFile: "b/bitting.keys", masterKeyID: Self.id, createdAt: Stage.now, lastEvent: 7,
                dataKeys: 2, bytes: 4096)
        }
        let run = await stage.run("backup", "b/one", "--data", "d", "--json")
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.output == """
                {"file":"b/one","keys_file":"b/bitting.keys","bytes":4096,"created_at":"2026-11-23T09:00:00.000Z",\
                "master_key_id":"0123456789abcdef","last_event":7,"data_keys":2}

                """)
    }

    @Test(
        "the keys' own place is beside the backup", arguments: [("one", "bitting.keys"), ("/b/one", "/b/bitting.keys")])
    func keysPlace(file: String, keys: String) { #expect(BackupOptions.keysFile(beside: file) == keys) }

    @Test("a restore needs a directory and a master key, which are named or set")
    func restore() async {
        let asked = Mutex<[RestoreOptions]>([])
        var stage = Stage(environment: [:])
        stage.house.vault.restore = { options in
            asked.withLock { $0.append(options) }
            return RestoreReport(
                dataDirectory: "n", createdAt: Stage.now, lastEvent: 7, masterKeyID: Self.id, dataKeys: 2,
                erasedAccounts: 1)
        }
        #expect(await stage.run("restore", "b/one", "--master-key", "k").status == 2)
        #expect(await stage.run("restore", "b/one", "--data", "n").status == 2)
        #expect(asked.withLock { $0.count } == 0)
        let run = await stage.run(
            "restore", "b/one", "--data", "n", "--master-key", "k", "--former-master-key", "f", "--keys", "s")
        #expect(run.status == 0, "\(run.errors)")
        stage.environment = ["BITTING_DATA": "n", "BITTING_MASTER_KEY": "k"]
        #expect(await stage.run("restore", "b/one", "--allow-missing-keys").status == 0)
        #expect(
            asked.withLock { $0 } == [
                RestoreOptions(
                    file: "b/one", keysFile: "s", dataDirectory: "n", masterKey: "k", formerMasterKey: "f",
                    allowsMissingKeys: false),
                RestoreOptions(
                    file: "b/one", keysFile: nil, dataDirectory: "n", masterKey: "k", formerMasterKey: nil,
                    allowsMissingKeys: true),
            ])
    }

    @Test("shares must be of a sensible number", arguments: [("1", "5"), ("6", "5"), ("2", "256"), ("x", "5")])
    func shares(threshold: String, count: String) async {
        let run = await Stage().run("vault", "shares", "--data", "d", "--threshold", threshold, "--shares", count)
        #expect(run.status == 2)
    }

    @Test("erasing names the account twice, by its id and by its name")
    func erase() async {
        let stage = Stage(answers: [.json(#"{"account":"acc_00000000000000000000000001"}"#)])
        let run = await stage.run(
            "account", "erase", "acc_00000000000000000000000001", "--confirm", "Harbour Bikes", "--reason", "ended")
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.calls.map(\.summary) == [
                """
                POST http://127.0.0.1:7101/v1/accounts/acc_00000000000000000000000001/erase
                {"confirm":"Harbour Bikes","reason":"ended"}
                """
            ])
        #expect(await stage.run("account", "erase", "acc_00000000000000000000000001").status == 2)
    }
}

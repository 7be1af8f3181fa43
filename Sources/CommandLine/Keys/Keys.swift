// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting key`
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "The keys that you hand out.",
        subcommands: [
            KeyCreate.self, KeyList.self, KeyShow.self, KeyChange.self, KeyRotate.self, KeyRetire.self,
            KeyRollBack.self, KeyStragglers.self, KeyDisable.self, KeyEnable.self, KeyRevoke.self,
            KeyBulk.self, KeyImport.self, KeyExport.self, KeyUsage.self,
        ])
}

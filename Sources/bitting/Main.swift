// SPDX-License-Identifier: Apache-2.0
import CommandLine

/// Picks the engine, gives the command line its house, and lets it run.
@main
enum Main {
    static func main() async {
        let inheritance = Inheritance()
        Process.keepPrivate()
        await BittingCommand.main(
            house: House(
                initialize: initialize, serve: serve, readEvents: Installation.readEvents,
                readCheckpoints: Installation.readCheckpoints,
                vault: VaultHouse(
                    rekey: rekey, newMasterKey: newMasterKey, split: splitMasterKey, recover: recoverMasterKey,
                    backup: backup, restore: restore)),
            inheritance: inheritance)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What `script/bench` runs beside the server: `fill DIR COUNT KEYS-FILE`, `verify COUNT`, `flush DIR COUNT` and
/// `client PLACE KEYS-FILE TASKS SECONDS [cache]`.
@main
enum BittingBench {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.count) {
        case ("fill", 4):
            guard let count = Int(arguments[3]) else { return usage() }
            try await FilledWorld.make(in: arguments[2], keys: count, textsTo: arguments[4])
        case ("verify", 2):
            guard let count = Int(arguments[2]) else { return usage() }
            VerifyInProcess.run(keys: count)
        case ("flush", 3):
            guard let count = Int(arguments[3]) else { return usage() }
            try await FlushOfUses.run(keys: count, in: arguments[2])
        case ("client", 5), ("client", 6):
            guard let tasks = Int(arguments[4]), let seconds = Int(arguments[5]) else { return usage() }
            try await ClientCalls.run(
                place: arguments[2], keysIn: arguments[3], tasks: tasks, seconds: seconds,
                isCaching: arguments.count == 6)
        default: usage()
        }
    }

    private static func usage() {
        print(
            "usage: BittingBench fill DIR COUNT KEYS-FILE | verify COUNT | flush DIR COUNT"
                + " | client PLACE KEYS-FILE TASKS SECONDS [cache]")
        exit(2)
    }
}

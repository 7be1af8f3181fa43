// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What `script/bench` runs beside the server: `fill DIR COUNT KEYS-FILE`, `verify COUNT` and `flush DIR COUNT`.
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
        default: usage()
        }
    }

    private static func usage() {
        print("usage: BittingBench fill DIR COUNT KEYS-FILE | verify COUNT | flush DIR COUNT")
        exit(2)
    }
}

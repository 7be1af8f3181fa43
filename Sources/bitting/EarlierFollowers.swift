// SPDX-License-Identifier: Apache-2.0
import Glibc
import IssuedKeys

/// A mark in the data directory that somebody followed the server: the next one must wait out what that server lent.
enum EarlierFollowers {
    /// Looks for the mark, takes it away, and has it made anew before anybody is answered.
    static func begin(_ following: Following, in directory: String) {
        let mark = "\(directory)/followed"
        following.begin(hadFollowers: unsafe unlink(mark) == 0) {
            let file = unsafe open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            if file >= 0 { close(file) }
        }
    }
}

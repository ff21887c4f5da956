import Glibc
import Isolation
import Testing

@testable import JobTable

/// When a changed file has settled: one event and one expectation a line.
@Suite struct WatchStateTests {
  private func at(_ milliseconds: Int64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
  }

  private func file(_ inode: UInt64, size: Int = 10) -> WatchState.Sight {
    var status = stat()
    status.st_ino = ino_t(inode)
    status.st_size = size
    return .file(FileSignature(status))
  }

  private func state(known: UInt64? = nil) -> WatchState {
    WatchState(settle: .milliseconds(100), poll: .seconds(5), known: known)
  }

  private let gone = WatchState.Sight.nothing(reason: "gone")

  @Test func aFileIsReadOnceItLookedTheSameForTheSettleTime() {
    var state = state()
    #expect(state.looked(file(1), at: at(1_000)) == .wait(until: at(1_100)))
    #expect(state.looked(file(2), at: at(1_090)) == .wait(until: at(1_190)))
    #expect(state.looked(file(2), at: at(1_100)) == .wait(until: at(1_190)))
    #expect(state.looked(file(2), at: at(1_190)) == .read)
    #expect(state.read(7) == true)
    #expect(state.looked(file(2), at: at(1_200)) == .wait(until: at(6_200)))
  }

  @Test func writingInTwoHalvesIsReadAfterTheSecond() {
    var state = state()
    #expect(state.looked(file(1, size: 5), at: at(1_000)) == .wait(until: at(1_100)))
    state.touched(at: at(1_095))
    #expect(state.looked(file(1, size: 10), at: at(1_095)) == .wait(until: at(1_195)))
    #expect(state.looked(file(1, size: 10), at: at(1_195)) == .read)
  }

  @Test func theSameContentIsNoNews() {
    var state = state(known: 7)
    #expect(state.looked(file(1), at: at(0)) == .wait(until: at(100)))
    #expect(state.looked(file(1), at: at(100)) == .read)
    #expect(state.read(7) == false)
    state.touched(at: at(200))
    #expect(state.looked(file(1), at: at(300)) == .read)
    #expect(state.read(8) == true)
    #expect(state.read(8) == false)
  }

  @Test func aFileThatIsReplacedAtOnceWasNeverGone() {
    var state = state(known: 7)
    #expect(state.looked(gone, at: at(1_000)) == .wait(until: at(1_100)))
    #expect(state.looked(file(2), at: at(1_010)) == .wait(until: at(1_110)))
    #expect(state.looked(file(2), at: at(1_110)) == .read)
    #expect(state.read(7) == false)
  }

  @Test func whatIsGoneIsToldOnceAndItsReturnAlways() {
    var state = state(known: 7)
    _ = state.looked(gone, at: at(1_000))
    #expect(state.looked(gone, at: at(1_100)) == .tell(reason: "gone"))
    #expect(state.looked(gone, at: at(1_200)) == .wait(until: at(6_200)))
    state.touched(at: at(1_300))
    #expect(state.looked(gone, at: at(1_400)) == .wait(until: at(6_400)))
    _ = state.looked(file(1), at: at(1_500))
    #expect(state.looked(file(1), at: at(1_600)) == .read)
    #expect(state.read(7) == true)
  }

  @Test func anEmptyFileIsNeverRead() {
    var state = state()
    _ = state.looked(file(1, size: 0), at: at(1_000))
    #expect(state.looked(file(1, size: 0), at: at(1_100)) == .tell(reason: "the file is empty"))
  }

  @Test func aFileThatChangesWhileReadIsReadAgain() {
    var state = state()
    _ = state.looked(file(1), at: at(1_000))
    #expect(state.looked(file(1), at: at(1_100)) == .read)
    #expect(state.failed(TableFile.Failure("moving", isTransient: true), at: at(1_100)) == false)
    #expect(state.looked(file(1), at: at(1_150)) == .wait(until: at(1_200)))
    #expect(state.looked(file(1), at: at(1_200)) == .read)
    #expect(state.failed(TableFile.Failure("locked"), at: at(1_200)) == true)
    #expect(state.looked(file(1), at: at(1_300)) == .wait(until: at(6_300)))
  }

  @Test func anOperatorNeedNotWait() {
    var state = state()
    _ = state.looked(file(1), at: at(1_000))
    state.hurry()
    #expect(state.looked(file(1), at: at(1_001)) == .read)
  }
}

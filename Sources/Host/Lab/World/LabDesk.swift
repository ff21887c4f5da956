import Bundles
import Exchange
import HotState
import Isolation
import Market
@_spi(Host) import PluginAPI

/// What the runs of a Lab share.
struct LabDesk: Sendable {
  let time: VirtualTime
  let exchange: SimulatedExchange
  let market: MarketService
  let bundles: LabBundles
  let board = MemoryBoard()
  let memory = JobMemory()
  let decoded = DecodedTexts()
  let recorder: LabRecorder
  /// Starts the jobs that listen to a signal.
  let signal: @Sendable (String) async -> Void

  init(_ world: LabWorld, signal: @escaping @Sendable (String) async -> Void) {
    time = world.time
    exchange = world.exchange
    market = world.market
    bundles = world.bundles
    recorder = world.recorder
    self.signal = signal
  }

  /// Takes what a run tells without waiting.
  func take(_ telling: Telling, from job: String) {
    switch telling {
    case .log(let level, let message, let fields):
      if level >= .warning { recorder.warn("\(job): \(message)", fields) }
    case .event(let name, let fields): recorder.note(event: name, fields)
    case .metric: break
    @unknown default: break
    }
  }
}

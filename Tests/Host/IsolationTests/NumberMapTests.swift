import Isolation
import Testing

@Suite struct NumberMapTests {
  /// Few numbers, so that they meet; numbers in a row and far apart, as runs after a restart have.
  @Test(arguments: 0..<20) func holdsWhatADictionaryHolds(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var map = NumberMap<Int>()
    var model: [UInt64: Int] = [:]
    for step in 0..<2_000 {
      let number = UInt64.random(in: 0..<80, using: &random) << (seed % 3 * 20)
      switch UInt8.random(in: 0..<4, using: &random) {
      case 0: #expect(map.remove(number) == model.removeValue(forKey: number))
      case 1:
        map.update(number) { $0 += 1 }
        model[number]? += 1
      default: (map[number], model[number]) = (step, step)
      }
      #expect(map.count == model.count)
      #expect(map[number] == model[number])
    }
    #expect(Dictionary(uniqueKeysWithValues: map.all.map { ($0.number, $0.value) }) == model)
    for (number, value) in model { #expect(map[number] == value) }
  }

  @Test func anEmptyOneHasNothing() {
    var map = NumberMap<String>()
    #expect(map[1] == nil && map.remove(1) == nil && map.isEmpty)
  }
}

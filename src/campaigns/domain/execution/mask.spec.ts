import { maskAddress } from './mask';

describe('maskAddress', () => {
  it.each([
    ['anna@example.com', 'a…@example.com'],
    ['353861234567', '…4567'],
    ['1234', '…'],
    ['', '…'],
  ])('shows of %p only %p', (address, masked) => {
    expect(maskAddress(address)).toBe(masked);
  });
});

//! Numbers in decimal, for what is written with every answer: the standard library's way costs three times as much.

/// Writes a number.
pub fn push(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [b'0'; 20];
    let mut length = 0;
    for place in digits.iter_mut().rev() {
        *place += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        length += 1;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - length..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_everywhere() {
        for number in [0, 7, 10, 99, 100, 60_000_000, u64::from(u32::MAX), u64::MAX] {
            let mut out = b"q=".to_vec();
            push(&mut out, number);
            assert_eq!(String::from_utf8(out).unwrap(), format!("q={number}"));
        }
    }
}

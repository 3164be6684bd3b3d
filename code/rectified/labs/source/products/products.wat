;; The matrix product c = start + a b of doubles, which is all that a network needs three times:
;;
;;     forward       z      = b + x w        (rows, fan_in)  (fan_in, fan_out)
;;     by inputs     grad_x = 0 + g wᵀ       (rows, fan_out) (fan_out, fan_in)
;;     by weights    grad_w = 0 + xᵀ g       (fan_in, rows)  (rows, fan_out)
;;
;; A transposed matrix is the same numbers read with other strides, so one function does them all.
;; Every entry of c adds its products one by one, in the order of `inner`: the result has the bits
;; that three plain loops give, whatever the tile. All addresses and strides are in bytes.
(module
  (import "rectified" "memory" (memory 0))

  ;; Four columns of b, from `from` on, side by side: the tile reads them in a row, all of them
  ;; from the first-level cache, for every four rows of c.
  (func $pack (param $from i32) (param $b_inner i32) (param $b_col i32)
              (param $panel i32) (param $panel_end i32)
    (loop $next
      (v128.store (local.get $panel)
        (v128.load64_lane 1
          (i32.add (local.get $from) (local.get $b_col))
          (v128.load64_zero (local.get $from))))
      (v128.store offset=16 (local.get $panel)
        (v128.load64_lane 1
          (i32.add (local.get $from) (i32.mul (local.get $b_col) (i32.const 3)))
          (v128.load64_zero (i32.add (local.get $from) (i32.mul (local.get $b_col) (i32.const 2))))))
      (local.set $from (i32.add (local.get $from) (local.get $b_inner)))
      (br_if $next (i32.lt_u
        (local.tee $panel (i32.add (local.get $panel) (i32.const 32)))
        (local.get $panel_end)))))

  ;; The tile: 4 rows and 4 columns of c in 8 registers of two doubles each. One turn of the loop
  ;; loads 4 numbers of b and 4 of a, and does 16 multiplications and 16 additions with them. So
  ;; loads (6) hide behind arithmetic (16), and 8 independent sums behind the time an addition takes.
  (func $tile (param $a i32) (param $a_row i32) (param $a_inner i32)
              (param $panel i32) (param $panel_end i32)
              (param $start i32) (param $c i32) (param $c_row i32)
    (local $a1 i32) (local $a2 i32) (local $a3 i32)
    (local $left v128) (local $right v128) (local $x v128)
    (local $l0 v128) (local $r0 v128) (local $l1 v128) (local $r1 v128)
    (local $l2 v128) (local $r2 v128) (local $l3 v128) (local $r3 v128)
    (local.set $a1 (i32.add (local.get $a) (local.get $a_row)))
    (local.set $a2 (i32.add (local.get $a1) (local.get $a_row)))
    (local.set $a3 (i32.add (local.get $a2) (local.get $a_row)))
    (local.set $l0 (v128.load (local.get $start)))
    (local.set $r0 (v128.load offset=16 (local.get $start)))
    (local.set $l1 (local.get $l0))
    (local.set $r1 (local.get $r0))
    (local.set $l2 (local.get $l0))
    (local.set $r2 (local.get $r0))
    (local.set $l3 (local.get $l0))
    (local.set $r3 (local.get $r0))
    (loop $next
      (local.set $left (v128.load (local.get $panel)))
      (local.set $right (v128.load offset=16 (local.get $panel)))
      (local.set $x (v128.load64_splat (local.get $a)))
      (local.set $l0 (f64x2.add (local.get $l0) (f64x2.mul (local.get $x) (local.get $left))))
      (local.set $r0 (f64x2.add (local.get $r0) (f64x2.mul (local.get $x) (local.get $right))))
      (local.set $x (v128.load64_splat (local.get $a1)))
      (local.set $l1 (f64x2.add (local.get $l1) (f64x2.mul (local.get $x) (local.get $left))))
      (local.set $r1 (f64x2.add (local.get $r1) (f64x2.mul (local.get $x) (local.get $right))))
      (local.set $x (v128.load64_splat (local.get $a2)))
      (local.set $l2 (f64x2.add (local.get $l2) (f64x2.mul (local.get $x) (local.get $left))))
      (local.set $r2 (f64x2.add (local.get $r2) (f64x2.mul (local.get $x) (local.get $right))))
      (local.set $x (v128.load64_splat (local.get $a3)))
      (local.set $l3 (f64x2.add (local.get $l3) (f64x2.mul (local.get $x) (local.get $left))))
      (local.set $r3 (f64x2.add (local.get $r3) (f64x2.mul (local.get $x) (local.get $right))))
      (local.set $a (i32.add (local.get $a) (local.get $a_inner)))
      (local.set $a1 (i32.add (local.get $a1) (local.get $a_inner)))
      (local.set $a2 (i32.add (local.get $a2) (local.get $a_inner)))
      (local.set $a3 (i32.add (local.get $a3) (local.get $a_inner)))
      (br_if $next (i32.lt_u
        (local.tee $panel (i32.add (local.get $panel) (i32.const 32)))
        (local.get $panel_end))))
    (v128.store (local.get $c) (local.get $l0))
    (v128.store offset=16 (local.get $c) (local.get $r0))
    (v128.store (local.tee $c (i32.add (local.get $c) (local.get $c_row))) (local.get $l1))
    (v128.store offset=16 (local.get $c) (local.get $r1))
    (v128.store (local.tee $c (i32.add (local.get $c) (local.get $c_row))) (local.get $l2))
    (v128.store offset=16 (local.get $c) (local.get $r2))
    (v128.store (local.tee $c (i32.add (local.get $c) (local.get $c_row))) (local.get $l3))
    (v128.store offset=16 (local.get $c) (local.get $r3)))

  ;; One entry of c, for matrices that are too narrow for a tile.
  (func $entry (param $a i32) (param $a_inner i32) (param $b i32) (param $b_inner i32)
               (param $inner i32) (param $sum f64) (result f64)
    (loop $next
      (local.set $sum (f64.add (local.get $sum)
        (f64.mul (f64.load (local.get $a)) (f64.load (local.get $b)))))
      (local.set $a (i32.add (local.get $a) (local.get $a_inner)))
      (local.set $b (i32.add (local.get $b) (local.get $b_inner)))
      (br_if $next (local.tee $inner (i32.sub (local.get $inner) (i32.const 1)))))
    (local.get $sum))

  ;; c entry by entry, where there are fewer than 4 rows or columns.
  (func $narrow (param $a i32) (param $a_row i32) (param $a_inner i32)
                (param $b i32) (param $b_inner i32) (param $b_col i32)
                (param $start i32) (param $c i32)
                (param $rows i32) (param $inner i32) (param $cols i32)
    (local $col i32)
    (loop $next_row
      (local.set $col (i32.const 0))
      (loop $next_col
        (f64.store (local.get $c)
          (call $entry (local.get $a) (local.get $a_inner)
            (i32.add (local.get $b) (i32.mul (local.get $col) (local.get $b_col)))
            (local.get $b_inner) (local.get $inner)
            (f64.load (i32.add (local.get $start) (i32.shl (local.get $col) (i32.const 3))))))
        (local.set $c (i32.add (local.get $c) (i32.const 8)))
        (br_if $next_col (i32.lt_u
          (local.tee $col (i32.add (local.get $col) (i32.const 1)))
          (local.get $cols))))
      (local.set $a (i32.add (local.get $a) (local.get $a_row)))
      (br_if $next_row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; c = start + a b: rows x inner by inner x cols. `start` is one row, added to every row of c;
  ;; `panel` is room for inner x 4 numbers. Where 4 does not divide rows or cols, the last tile
  ;; stands on the last 4, and writes some entries a second time, with the same numbers.
  (func (export "product")
        (param $a i32) (param $a_row i32) (param $a_inner i32)
        (param $b i32) (param $b_inner i32) (param $b_col i32)
        (param $start i32) (param $c i32) (param $panel i32)
        (param $rows i32) (param $inner i32) (param $cols i32)
    (local $row i32) (local $col i32) (local $c_row i32) (local $panel_end i32)
    (if (i32.or (i32.lt_u (local.get $rows) (i32.const 4)) (i32.lt_u (local.get $cols) (i32.const 4)))
      (then
        (call $narrow (local.get $a) (local.get $a_row) (local.get $a_inner)
          (local.get $b) (local.get $b_inner) (local.get $b_col)
          (local.get $start) (local.get $c)
          (local.get $rows) (local.get $inner) (local.get $cols))
        (return)))
    (local.set $c_row (i32.shl (local.get $cols) (i32.const 3)))
    (local.set $panel_end (i32.add (local.get $panel) (i32.shl (local.get $inner) (i32.const 5))))
    (loop $next_cols
      (call $pack (i32.add (local.get $b) (i32.mul (local.get $col) (local.get $b_col)))
        (local.get $b_inner) (local.get $b_col) (local.get $panel) (local.get $panel_end))
      (local.set $row (i32.const 0))
      (loop $next_rows
        (call $tile (i32.add (local.get $a) (i32.mul (local.get $row) (local.get $a_row)))
          (local.get $a_row) (local.get $a_inner) (local.get $panel) (local.get $panel_end)
          (i32.add (local.get $start) (i32.shl (local.get $col) (i32.const 3)))
          (i32.add (local.get $c) (i32.shl
            (i32.add (i32.mul (local.get $row) (local.get $cols)) (local.get $col))
            (i32.const 3)))
          (local.get $c_row))
        (br_if $next_rows (i32.lt_u
          (local.tee $row (call $after (local.get $row) (local.get $rows)))
          (local.get $rows))))
      (br_if $next_cols (i32.lt_u
        (local.tee $col (call $after (local.get $col) (local.get $cols)))
        (local.get $cols)))))

  ;; Where the tile after the one at `place` begins: 4 on, but 4 before the end at most; then `end`.
  (func $after (param $place i32) (param $end i32) (result i32)
    (local $last i32)
    (local.set $last (i32.sub (local.get $end) (i32.const 4)))
    (if (i32.eq (local.get $place) (local.get $last)) (then (return (local.get $end))))
    (select
      (local.tee $place (i32.add (local.get $place) (i32.const 4)))
      (local.get $last)
      (i32.lt_u (local.get $place) (local.get $last)))))

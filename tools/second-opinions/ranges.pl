#!/usr/bin/perl
# Looks numbers up in range files as docs/users/range-files.md says, trusts /log/vkey. One opinion a line; exit code 1
# if any disagrees: perl ranges.pl URL VECTORS PRESENT-LICENCE ABSENT-LICENCE
use v5.36;
use Digest::SHA qw(sha256);
use Encode qw(encode_utf8 decode_utf8);
use File::Temp qw(tempdir);
use HTTP::Tiny;
use JSON::PP qw(decode_json);
use MIME::Base64 qw(decode_base64);
use Time::Piece;
use Unicode::Normalize qw(NFKC);

my ($address, $vectors, $present, $absent) = @ARGV;
my ($folder, $disagreed, %change) = (tempdir(CLEANUP => 1), 0);

sub opinion($said, $is_so) {
    say $is_so ? 'agrees    ' : ($disagreed = 'DISAGREES '), " perl, range files: $said";
}
sub get($path) {
    my $answer = HTTP::Tiny->new(timeout => 30)->get("$address$path");
    die "$path: $answer->{status}\n" unless $answer->{success};
    my ($changed) = map { $change{$_} } grep { index($path, $_) == 0 } keys %change;
    return $changed ? $changed->($answer->{content}) : $answer->{content};
}
sub key_of($kind, $number, $country = '') {
    my $value = uc NFKC($number);
    $value =~ s/[-\x{2010}-\x{2015}\x{2212}\x{30FC}]//g unless $kind eq 'euid';
    $value = NFKC($value =~ s/[\p{C}\p{Z}]//gr);
    return "$kind:" . substr(($kind eq 'registration_number' ? "$country:" : '') . $value, 0, 400);
}
sub hash_of($key) { return sha256("recruitment-registry range v1\0" . encode_utf8($key)) }
sub node($left, $right) { return sha256("\x01$left$right") }
sub folded(@hashes) {
    @hashes = map { node(@hashes[2 * $_, 2 * $_ + 1]) } 0 .. $#hashes / 2 while @hashes > 1;
    return $hashes[0];
}
sub root_above($hash, $index, $size, @path) {    # RFC 6962, 2.1.1: the path's last hash is the uppermost.
    return @path ? die "the path is too long\n" : $hash if $size == 1;
    my ($other, $half) = (pop @path // die("the path is too short\n"), 1);
    $half *= 2 while 2 * $half < $size;
    return node(root_above($hash, $index, $half, @path), $other) if $index < $half;
    return node($other, root_above($hash, $index - $half, $size - $half, @path));
}
sub is_signed($text, $signature, $key) {
    my %part = (text => $text, sig => $signature, key => pack('H*', '302a300506032b6570032100') . $key);
    for (keys %part) { open my $out, '>:raw', "$folder/$_" or die $!; print {$out} $part{$_}; close $out or die $! }
    !system "cd $folder; openssl pkeyutl -verify -pubin -keyform DER -rawin -in text -sigfile sig -inkey key >o 2>&1";
}
sub head($note) {    # Size and root of a signed note.
    my ($text, $signatures) = split /(?<=\n)\n/, $note, 2;
    my ($origin, $size, $root) = split /\n/, $text;
    my %keys = map { /\A(.+)\+(.{8})\+(.+)\z/ ? ("$1 $2" => decode_base64($3)) : () } split /\n/, get('/log/vkey');
    for (split /\n/, decode_utf8($signatures)) {
        my ($name, $raw) = /\A\x{2014} (\S+) (\S+)\z/ ? (encode_utf8($1), decode_base64($2)) : next;
        my $key = $keys{"$name " . unpack 'H8', $raw} // next;
        return ($size, decode_base64($root)) if $name eq $origin && is_signed($text, substr($raw, 4), substr $key, 1);
    }
    die "nobody signed the head\n";
}
sub epoch() {        # The record of the epoch that the log proves.
    my $current = decode_json(get('/ranges/current'));
    my ($above, $note) = split /\n\n/, encode_utf8($current->{proof}), 2;
    my (undef, $index, @path) = split /\n/, $above;
    my ($leaf, $size, $root) = (sha256("\0" . encode_utf8($current->{entry})), head($note));
    my $found = root_above($leaf, $index =~ s/\Aindex //r, $size, map { decode_base64($_) } @path);
    my $entry = decode_json(encode_utf8($current->{entry}));
    die "no epoch of the log\n" unless "$found$entry->{key}$entry->{type}" eq "${root}ranges/epochranges.published";
    my ($epoch, $today) = ($entry->{record}, gmtime(time + 8 * 3600)->ymd);    # Days are counted in UTC+8.
    my $age = time - Time::Piece->strptime($epoch->{made_at}, '%Y-%m-%dT%H:%M:%SZ')->epoch;
    die "too old, or early\n" unless $age >= -300 && $age <= 48 * 3600 && $today le $epoch->{not_after};
    return $epoch;
}
sub is_there($number) {    # Proven either way.
    my ($epoch, $hash) = (epoch(), hash_of(key_of('licence_number', $number)));
    my ($found, $left, $prefix) = (pack('H*', $epoch->{root}), $epoch->{p}, unpack('N', $hash) >> 32 - $epoch->{p});
    while ($left) {
        my ($width, @tile) = (($left - 1) % 8 + 1, unpack '(a32)*', get('/ranges/tile/' . unpack 'H*', $found));
        die "a tile does not fold to its name\n" unless @tile == 1 << $width && folded(@tile) eq $found;
        ($found, $left) = ($tile[$prefix >> $left - $width & (1 << $width) - 1], $left - $width);
    }
    my $body = get('/ranges/file/' . unpack 'H*', $found);
    my @hashes = map { $_->{h} } @{ decode_json($body)->{entries} };
    die "the file is another\n" if sha256("\0$body") ne $found;
    die "an entry of another file\n" if grep { hex(substr $_, 0, 8) >> 32 - $epoch->{p} != $prefix } @hashes;
    die "out of order\n" if grep { $hashes[$_ - 1] ge $hashes[$_] } 1 .. $#hashes;
    return scalar grep { $_ eq substr unpack('H*', $hash), 0, 40 } @hashes;
}

my @read = @{ decode_json(do { local (@ARGV, $/) = $vectors; <> }) };
my @bad = grep { hash_of(key_of(@$_{qw(kind number country)})) ne pack 'H*', $_->{hash} } @read;
opinion(@read . ' keys and hashes are those of the vectors', @read && !@bad);
opinion('a published number is present', is_there($present));
opinion('so it is with a minus sign and a long vowel mark in it', is_there($present =~ s/\b/\x{2212}\x{30FC}/r));
opinion('another number is provably absent', !is_there($absent));
for my $part ('/ranges/file/', '/ranges/tile/', '/ranges/current', '/log/vkey') {
    %change = ($part => sub ($body) { substr($body, -9, 1) ^.= "\1"; $body });
    opinion("a changed byte in $part is refused", !defined eval { is_there($present) });
}
exit !!$disagreed;

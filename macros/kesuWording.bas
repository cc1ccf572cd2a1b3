Option Explicit
' Cells as text, names in a cell, and how much two words are alike: as workbook/cells.py, roster.py and difflib do it.

Public Function kesuShown(ByVal v As Variant) As String
    ' A cell as a person sees it: whole numbers without .0, TRUE as a word, nothing for errors.
    If IsError(v) Or IsEmpty(v) Or IsNull(v) Then
        kesuShown = ""
    ElseIf VarType(v) = vbString Then
        kesuShown = v
    ElseIf VarType(v) = vbBoolean Then
        If v Then kesuShown = "是" Else kesuShown = "否"
    ElseIf VarType(v) = vbDate Then
        kesuShown = Format$(v, "yyyy-mm-dd hh:mm")
    ElseIf v = Int(v) And Abs(v) < 1E+15 Then
        kesuShown = Format$(v, "0")
    Else
        kesuShown = CStr(v)
    End If
End Function

Public Function kesuCode(ByVal one As String) As Long
    ' The code of a sign; AscW alone gives a negative number for half of them.
    kesuCode = AscW(one)
    If kesuCode < 0 Then kesuCode = kesuCode + 65536
End Function

Public Function kesuHalf(ByVal text As String) As String
    ' Full-width letters, digits and punctuation as their half-width forms.
    kesuHalf = Plain(text, True)
End Function

Public Function kesuTidy(ByVal text As String) As String
    ' Half-width, without any white space.
    kesuTidy = Plain(text, False)
End Function

Private Function Plain(ByVal text As String, ByVal spaces As Boolean) As String
    ' One look at each sign, and no copy of a text that is plain already, as nearly all are.
    Dim i As Long, code As Long, start As Long, out As String
    start = 1
    For i = 1 To Len(text)
        code = AscW(Mid$(text, i, 1))
        If code <= 32 Or code = 160 Or code = 12288 Then
            If code < 0 Then code = code + 65536
            If code >= 65281 And code <= 65374 Then
                out = out & Mid$(text, start, i - start) & ChrW(code - 65248)
                start = i + 1
            ElseIf code = 160 Or code = 12288 Or code = 32 Or (code >= 9 And code <= 13) Then
                out = out & Mid$(text, start, i - start)
                If spaces Then out = out & " "
                start = i + 1
            End If
        ElseIf code >= 65281 And code <= 65374 Then
            out = out & Mid$(text, start, i - start) & ChrW(code - 65248)
            start = i + 1
        End If
    Next i
    If start = 1 Then
        Plain = text
    Else
        Plain = out & Mid$(text, start)
    End If
End Function

Public Function kesuTrimmed(ByVal text As String) As String
    ' Without the white space around it.
    Dim first As Long, last As Long
    first = 1
    last = Len(text)
    Do While first <= last
        If Not kesuIsSpace(Mid$(text, first, 1)) Then Exit Do
        first = first + 1
    Loop
    Do While last >= first
        If Not kesuIsSpace(Mid$(text, last, 1)) Then Exit Do
        last = last - 1
    Loop
    kesuTrimmed = Mid$(text, first, last - first + 1)
End Function

Private Function kesuIsSpace(ByVal one As String) As Boolean
    Dim code As Long
    code = kesuCode(one)
    kesuIsSpace = (code = 32) Or (code >= 9 And code <= 13) Or (code = 160) Or (code = 12288)
End Function

Public Function kesuHas(ByVal list As String, ByVal word As String) As Boolean
    ' Whether a word stands in a list whose words are divided by bars.
    kesuHas = InStr(1, "|" & list & "|", "|" & word & "|", vbBinaryCompare) > 0
End Function

Public Function kesuSorted(ByVal list As String) As String
    ' The words of a list in the order of their signs, each once.
    Dim words() As String, i As Long, j As Long, keep As String, out As String
    If list = "" Then Exit Function
    words = Split(list, "|")
    For i = 1 To UBound(words)
        keep = words(i)
        j = i - 1
        Do While j >= 0
            If StrComp(words(j), keep, vbBinaryCompare) <= 0 Then Exit Do
            words(j + 1) = words(j)
            j = j - 1
        Loop
        words(j + 1) = keep
    Next i
    For i = 0 To UBound(words)
        If Not kesuHas(out, words(i)) Then
            If out <> "" Then out = out & "|"
            out = out & words(i)
        End If
    Next i
    kesuSorted = out
End Function

Public Function kesuRatio(ByVal a As String, ByVal b As String) As Double
    ' How much two words are alike, from 0 to 1 (difflib.SequenceMatcher.ratio).
    If Len(a) + Len(b) = 0 Then
        kesuRatio = 1
    Else
        kesuRatio = 2# * kesuMatching(a, b) / (Len(a) + Len(b))
    End If
End Function

Private Function kesuMatching(ByVal a As String, ByVal b As String) As Long
    ' How many signs match: the longest common run, then the same on both sides of it.
    Dim i As Long, j As Long, n As Long, best As Long, atA As Long, atB As Long
    If a = "" Or b = "" Then Exit Function
    For i = 1 To Len(a)
        For j = 1 To Len(b)
            n = 0
            Do While i + n <= Len(a) And j + n <= Len(b)
                If StrComp(Mid$(a, i + n, 1), Mid$(b, j + n, 1), vbBinaryCompare) <> 0 Then Exit Do
                n = n + 1
            Loop
            If n > best Then
                best = n
                atA = i
                atB = j
            End If
        Next j
    Next i
    If best = 0 Then Exit Function
    kesuMatching = best + kesuMatching(Left$(a, atA - 1), Left$(b, atB - 1)) _
        + kesuMatching(Mid$(a, atA + best), Mid$(b, atB + best))
End Function

Public Function kesuClose(ByVal word As String, ByVal choices As String, ByVal most As Long) As String
    ' Up to that many choices like a word, the likest first (difflib.get_close_matches, cutoff 0.5).
    Dim words() As String, taken As String, out As String, i As Long, n As Long
    Dim score As Double, best As Double, pick As String
    If choices = "" Then Exit Function
    words = Split(choices, "|")
    For n = 1 To most
        best = -1
        pick = ""
        For i = 0 To UBound(words)
            If Not kesuHas(taken, words(i)) And words(i) <> "" Then
                score = kesuRatio(words(i), word)
                If score >= 0.5 Then
                    If score > best Or (score = best And StrComp(words(i), pick, vbBinaryCompare) > 0) Then
                        best = score
                        pick = words(i)
                    End If
                End If
            End If
        Next i
        If pick = "" Then Exit For
        taken = taken & "|" & pick
        If out <> "" Then out = out & "|"
        out = out & pick
    Next n
    kesuClose = out
End Function

Public Function kesuNearest(ByVal word As String, ByVal choices As String) As String
    ' The choice most like a word, or nothing: as values.nearest.
    Dim words() As String, i As Long, best As Long, n As Long, found As String
    found = kesuClose(word, choices, 1)
    If found <> "" Or choices = "" Then
        kesuNearest = found
        Exit Function
    End If
    words = Split(choices, "|")
    For i = 0 To UBound(words)
        If words(i) <> "" And (InStr(1, word, words(i), vbBinaryCompare) > 0 Or InStr(1, words(i), word, vbBinaryCompare) > 0) Then
            If Len(words(i)) > Len(found) Then found = words(i)
        End If
    Next i
    If found = "" Then
        For i = 0 To UBound(words)
            n = kesuShared(words(i), word)
            If n > best Then
                best = n
                found = words(i)
            End If
        Next i
    End If
    kesuNearest = found
End Function

Public Function kesuShared(ByVal a As String, ByVal b As String) As Long
    ' How many different signs two words have in common.
    Dim i As Long, one As String, seen As String
    For i = 1 To Len(a)
        one = Mid$(a, i, 1)
        If InStr(1, seen, one, vbBinaryCompare) = 0 Then
            seen = seen & one
            If InStr(1, b, one, vbBinaryCompare) > 0 Then kesuShared = kesuShared + 1
        End If
    Next i
End Function

Public Function kesuOf(ByVal text As String, ByVal signs As String) As Boolean
    ' Whether every sign of a text is one of these.
    Dim i As Long
    For i = 1 To Len(text)
        If InStr(1, signs, Mid$(text, i, 1), vbBinaryCompare) = 0 Then Exit Function
    Next i
    kesuOf = True
End Function
